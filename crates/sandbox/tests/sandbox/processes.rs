//! Processes: a fork bomb is one container's trouble.

use crate::lab::{FOUR_LINES, Lab, Tests, kinds};

/// T-07.
#[tokio::test]
async fn a_fork_bomb_ends_as_a_verdict() {
    let lab = Lab::small().await;
    let bombs = [
        "import os\nwhile True:\n    os.fork()\n",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
        "import threading, time\n\
         while True:\n    threading.Thread(target=time.sleep, args=(1000,)).start()\n",
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

/// T-08: the limit counts living processes, so ended ones must not add up.
#[tokio::test]
async fn five_hundred_short_children_are_fine() {
    let lab = Lab::small().await;
    let program = format!(
        "import os
for _ in range(500):
    if not os.fork():
        if not os.fork():
            os._exit(0)
        os._exit(0)
    os.wait()
{FOUR_LINES}"
    );
    let tests = Tests::new(&[("connects", "server.connect()")]);
    let report = lab.attack(&program, &tests).await;
    // Slow machines may not get through in the two seconds that a connection is waited for; what
    // must not happen is that the limit is hit.
    assert!(
        !kinds(&report).contains(&"too-many-processes"),
        "{report:#?}"
    );
    lab.close().await;
}
