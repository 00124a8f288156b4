//! Files: what a program writes is in memory, bounded, and gone with it.

use crate::lab::{FOUR_LINES, Lab, Tests, output};

async fn assert_says(attack: &str, expected: &[&str]) {
    let lab = Lab::small().await;
    let program = format!("{attack}\n{FOUR_LINES}");
    let tests = Tests::that_listen_a_while();
    let report = lab.attack(&program, &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    let said = output(&report);
    for expected in expected {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    lab.close().await;
}

/// T-11.
#[tokio::test]
async fn a_full_disk_is_the_programs_own() {
    let attack = "
for folder in ('/code', '/tmp', '/dev/shm'):
    written = 0
    try:
        for number in range(100):
            with open(f'{folder}/{number}', 'wb') as file:
                for _ in range(16):
                    written += file.write(b'x' * (1 << 16))
    except OSError as error:
        print(folder, error.strerror, written >> 20, flush=True)
import os
for folder in ('/code', '/tmp', '/dev/shm'):
    for name in os.listdir(folder):
        if name.isdigit():
            os.unlink(f'{folder}/{name}')";
    let expected = [
        "/code No space left on device 8",
        "/tmp No space left on device 16",
        "/dev/shm No space left on device 1",
    ];
    assert_says(attack, &expected).await;
}

/// T-12.
#[tokio::test]
async fn there_are_only_so_many_files() {
    let attack = "
for folder in ('/code', '/tmp'):
    number = 0
    try:
        while number < 5000:
            open(f'{folder}/{number}', 'w').close()
            number += 1
    except OSError as error:
        print(folder, error.strerror, number > 400, flush=True)";
    let expected = [
        "/code No space left on device True",
        "/tmp No space left on device True",
    ];
    assert_says(attack, &expected).await;
}

/// T-13.
#[tokio::test]
async fn strange_files_harm_nobody() {
    let attack = "
import os
sparse = os.open('/tmp/sparse', os.O_CREAT | os.O_RDWR)
try:
    os.pwrite(sparse, b'x', 1 << 40)
    print('sparse was written')
except OSError as error:
    print('sparse', error.strerror, flush=True)
os.mkfifo('/code/pipe')
os.symlink('/code/loop', '/code/loop')
open('/code/' + 'é' * 127, 'w').close()
open(b'/code/\\xff\\xfe\\n', 'w').close()
folder = '/tmp'
depth = 0
try:
    os.chdir(folder)
    while depth < 400:
        os.mkdir('d' * 200)
        os.chdir('d' * 200)
        depth += 1
except OSError as error:
    print('deep', error.strerror, flush=True)
print('depth', depth > 100, flush=True)
os.chdir('/code')";
    assert_says(attack, &["sparse File too large", "depth True"]).await;
}
