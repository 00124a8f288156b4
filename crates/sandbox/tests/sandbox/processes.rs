//! Processes: a fork bomb harms only its own container.

use crate::lab::{FOUR_LINES, Lab, Tests, answering_after, kinds, output};

/// T-07.
#[tokio::test]
async fn a_fork_bomb_ends_as_a_verdict() {
    let lab = Lab::small().await;
    let bombs = [
        "import os\nwhile True:\n    os.fork()\n",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
        "import threading, time\n\
         while True:\n    threading.Thread(target=time.sleep, args=(1000,)).start()\n",
        // Its memory runs out as well, because of them.
        "import os
read, write = os.pipe()
while True:
    try:
        child = os.fork()
    except OSError:
        os.write(write, b'x' * 100)
        os.wait()
        continue
    if not child:
        os.read(read, 1)
        hog = b'x' * (20 << 20)
        os.read(read, 1000)
",
    ];
    for bomb in bombs {
        let report = lab.attack(bomb, &Tests::of_listening()).await;
        assert!(!report.is_passed());
        assert!(
            kinds(&report).contains(&"too-many-processes"),
            "{bomb}: {report:#?}"
        );
        assert!(report.duration_us <= 10_750_000, "{}", report.duration_us);
    }
    lab.close().await;
}

/// The launcher has to kill a program, however many processes that has.
#[tokio::test]
async fn a_program_lets_its_launcher_go_first() {
    let lab = Lab::small().await;
    let program = format!("import os\nprint('niceness', os.nice(0), flush=True)\n{FOUR_LINES}");
    let report = lab.attack(&program, &Tests::of_listening()).await;
    assert!(report.is_passed(), "{report:#?}");
    assert!(output(&report).contains("niceness 10\n"), "{report:#?}");
    lab.close().await;
}

/// T-08: the limit counts living processes, so ended ones must not add up. Every second one is an
/// orphan, which the launcher has to reap.
#[tokio::test]
async fn five_hundred_short_children_are_fine() {
    let lab = Lab::small().await;
    let work = "import os, time
living, life = os.pipe()
for _ in range(250):
    if not os.fork():
        if not os.fork():
            os._exit(0)
        os._exit(0)
    os.wait()
# Each child holds the pipe open: it ends when none of them runs any more.
os.close(life)
os.read(living, 1)
print('500 children are done', flush=True)

def zombies():
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{name}/stat', 'rb') as file:
                if file.read().rpartition(b')')[2].split()[0] == b'Z':
                    found.append(name)
        except OSError:
            pass
    return found

# The launcher has other work too. What is printed is the look that ended the loop: a child may become
# a zombie between two.
for _ in range(1000):
    left = zombies()
    if not left:
        break
    time.sleep(0.01)
print('zombies:', left, flush=True)";
    let tests = Tests::that_wait_for_the_end(&["is answered"]);
    let report = lab.attack(&answering_after(work), &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    let said = output(&report);
    assert!(said.contains("500 children are done"), "{said}");
    assert!(said.contains("zombies: []"), "{said}");
    lab.close().await;
}
