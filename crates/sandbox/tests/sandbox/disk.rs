//! Files: what a program writes is in memory, bounded, and gone with it.

use crate::lab::{FOUR_LINES, Lab, Tests, answering_after, output};

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

/// T-13: whatever files a program leaves, its next start finds only its own.
#[tokio::test]
async fn strange_files_harm_nobody() {
    let lab = Lab::small().await;
    let attack = "
import os
def attempt(name, act):
    try:
        act()
        print(name, 'done', flush=True)
    except OSError as error:
        print(name, error.strerror, flush=True)
def sparse(path, size):
    with open(path, 'wb') as file:
        os.truncate(file.fileno(), size)
def deep():
    for _ in range(300):
        os.mkdir('d' * 200)
        os.chdir('d' * 200)
for folder in ('/code', '/tmp', '/dev/shm'):
    print('at first', folder, sorted(os.listdir(folder)), flush=True)
for folder in ('/code', '/tmp', '/dev/shm'):
    os.chdir(folder)
    attempt(f'a huge file in {folder}:', lambda: sparse('huge', 1 << 40))
    attempt(f'sparse files in {folder}:', lambda: [sparse(f'sparse {n}', 1 << 24) for n in range(20)])
    attempt(f'a name of 255 bytes in {folder}:', lambda: open('é' * 127 + 'x', 'w').close())
    attempt(f'a name of 256 bytes in {folder}:', lambda: open('é' * 128, 'w').close())
    attempt(f'a name of any bytes in {folder}:', lambda: open(b'\\xff\\xfe\\n', 'w').close())
    attempt(f'a pipe in {folder}:', lambda: os.mkfifo('pipe'))
    attempt(f'a loop in {folder}:', lambda: os.symlink(f'{folder}/loop', 'loop'))
    attempt(f'a way out of {folder}:', lambda: os.symlink('/', 'root'))
    attempt(f'a closed folder in {folder}:', lambda: os.mkdir('closed', 0))
    attempt(f'deep folders in {folder}:', deep)
os.chdir('/code')
os.chmod('/code', 0)
";
    let tests = Tests::that_wait_for_the_end(&["answers", "answers again"]);
    let report = lab.attack(&answering_after(attack), &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    let said = output(&report);
    for (folder, at_first) in [("/code", "['main.py']"), ("/tmp", "[]"), ("/dev/shm", "[]")] {
        for line in [
            format!("at first {folder} {at_first}\n"),
            format!("a huge file in {folder}: File too large\n"),
            format!("sparse files in {folder}: done\n"),
            format!("a name of 255 bytes in {folder}: done\n"),
            format!("a name of 256 bytes in {folder}: File name too long\n"),
            format!("a name of any bytes in {folder}: done\n"),
            format!("a pipe in {folder}: done\n"),
            format!("a loop in {folder}: done\n"),
            format!("a way out of {folder}: done\n"),
            format!("a closed folder in {folder}: done\n"),
            format!("deep folders in {folder}: done\n"),
        ] {
            // At both starts.
            assert_eq!(said.matches(&line).count(), 2, "{line}: {said}");
        }
    }
    lab.close().await;
}
