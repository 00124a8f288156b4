//! T-29, T-01 and T-17: a program that attacks its judge does not pass by it.

use std::time::Duration;

use bollard::query_parameters::KillContainerOptions;
use futures::StreamExt;
use sandbox::{Job, JobEvent, Role, SandboxError};

use crate::lab::{FOUR_LINES, Lab, Tests, a_client, containers_in_role, engine, kinds, report_of};

/// A test that no program passes by listening alone: the answer is random.
fn of_an_answer() -> Tests {
    Tests::new(&[
        ("connects", "server.connect()"),
        (
            "echoes a random word",
            "word = server.random.word()\n    client = server.connect()\n    \
             client.send('ECHO', word)\n    client.expect(bulk(word))",
        ),
    ])
}

/// Programs that cheat, each in its own way, by what they do.
const CHEATS: [(&str, &str); 18] = [
    ("leaves on import", "import sys\nsys.exit(0)\n"),
    ("leaves harder", "import os\nos._exit(0)\n"),
    (
        "leaves at the end",
        "import atexit, os\natexit.register(os._exit, 0)\n",
    ),
    (
        "prints frames",
        "import json, struct, sys
def say(**word):
    text = json.dumps(word).encode()
    sys.stdout.buffer.write(struct.pack('>I', len(text)) + text)
    sys.stdout.buffer.flush()
for seq in range(20):
    say(frame='test-finished', nonce='', seq=seq, id='listen.2', outcome={'kind': 'passed'}, duration_us=1)
",
    ),
    (
        "writes frames to every descriptor",
        "import json, os, struct
text = json.dumps({'frame': 'finished', 'nonce': '0' * 32, 'seq': 1, 'duration_us': 1}).encode()
for descriptor in range(256):
    try:
        os.write(descriptor, struct.pack('>I', len(text)) + text)
    except OSError:
        pass
",
    ),
    (
        "writes into the judge's output",
        "import os
for name in os.listdir('/proc'):
    if name.isdigit():
        for descriptor in range(20):
            try:
                with open(f'/proc/{name}/fd/{descriptor}', 'wb') as file:
                    file.write(b'\\0\\0\\0\\2{}')
            except OSError:
                pass
",
    ),
    (
        "reads the judge's memory",
        "import re
with open('/proc/1/maps') as maps:
    print(len(maps.read()))
with open('/proc/1/mem', 'rb') as memory:
    print(memory.read(1))
",
    ),
    (
        "kills the judge",
        "import os, signal
for number in range(1, 65):
    try:
        os.kill(1, number)
    except OSError:
        pass
",
    ),
    (
        "kills everyone",
        "import os, signal\nos.kill(-1, signal.SIGKILL)\n",
    ),
    (
        "ends its siblings",
        "import os, signal
for name in os.listdir('/proc'):
    if name.isdigit() and int(name) not in (1, os.getpid()):
        os.kill(int(name), signal.SIGKILL)
",
    ),
    (
        "stops its siblings",
        "import os, signal
for name in os.listdir('/proc'):
    if name.isdigit() and int(name) not in (1, os.getpid()):
        os.kill(int(name), signal.SIGSTOP)
while True: pass
",
    ),
    (
        "starves the judge",
        "import os, resource
for limit in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
    for pid in (1, os.getppid()):
        try:
            resource.prlimit(pid, limit, (1, 1))
            print('LOWERED', pid, limit)
        except OSError as error:
            print('refused', pid, limit, error)
",
    ),
    (
        "puts the judge behind",
        "import os
for pid in (1, os.getppid()):
    try:
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        os.sched_setaffinity(pid, {0})
    except OSError as error:
        print('refused', pid, error)
while True: pass
",
    ),
    (
        "searches its own memory",
        "import gc, sys
found = [thing for thing in gc.get_objects() if isinstance(thing, dict) and 'nonce' in thing]
print(len(found))
frame = sys._getframe()
while frame:
    print(frame.f_code.co_filename, list(frame.f_locals)[:20])
    frame = frame.f_back
for module in list(sys.modules.values()):
    for name in ('passed', 'report', 'judge', 'write'):
        if hasattr(module, name):
            try:
                setattr(module, name, lambda *a, **k: True)
            except Exception:
                pass
",
    ),
    (
        "bends the socket module",
        "import socket, sys
class Fake(socket.socket):
    def recv(self, *a): return b'+PONG\\r\\n'
socket.socket = Fake
sys.modules['socket'] = None
",
    ),
    (
        "connects the judge with itself",
        "import socket, threading
server = socket.create_server(('localhost', 6379))
while True:
    client, _ = server.accept()
    def back(client):
        while data := client.recv(4096):
            client.sendall(data)
    threading.Thread(target=back, args=(client,)).start()
",
    ),
    (
        "answers what it guesses",
        "import socket
server = socket.create_server(('localhost', 6379))
while True:
    client, _ = server.accept()
    client.sendall(b'$5\\r\\napple\\r\\n' * 100)
",
    ),
    (
        "closes what it was given",
        "import os\nos.closerange(0, 1024)\nwhile True: pass\n",
    ),
];

#[tokio::test]
async fn no_cheat_passes() {
    let lab = Lab::with(|settings| {
        settings.running_max = 3;
        settings.warm = 3;
    })
    .await;
    let tests = of_an_answer();
    for pair in CHEATS.chunks(2) {
        let cheats = pair.iter().map(async |(name, program)| {
            // Once as it is, and once followed by the four honest lines.
            for program in [(*program).to_owned(), format!("{program}\n{FOUR_LINES}")] {
                let report = lab.judge(&program, &tests).await;
                assert!(
                    !report.is_passed(),
                    "a program that {name} passed: {report:#?}"
                );
                assert_eq!(report.results.len(), 2);
                let second = &report.results[1].outcome;
                assert!(!second.is_passed(), "a program that {name}: {report:#?}");
                assert!(report.duration_us <= 10_750_000, "{name}");
            }
        });
        tokio::join!(
            futures::future::join_all(cheats),
            lab.assert_honest_run_passes()
        );
    }
    lab.close().await;
}

/// A learner's files with these names must be run only by the learner's own program.
#[tokio::test]
async fn files_by_the_names_of_modules_change_no_verdict() {
    let lab = Lab::small().await;
    let evil =
        "import os\nprint('EVIL', os.getpid(), flush=True)\nif os.getpid() == 1: os._exit(0)\n";
    let names = [
        "socket.py",
        "json.py",
        "struct.py",
        "codealong.py",
        "sitecustomize.py",
        "usercustomize.py",
        "evil.pth",
        "encodings.py",
        "pyvenv.cfg",
    ];
    let mut job: Job = of_an_answer().job("while True: pass\n");
    for name in names {
        job.program.files.insert(name.to_owned(), evil.to_owned());
    }
    let run = report_of(lab.pool.run(job, a_client()));
    let (report, ()) = tokio::join!(run, lab.assert_honest_run_passes());
    let report = report.expect("a verdict");
    assert!(!report.is_passed(), "{report:#?}");
    assert!(
        !crate::lab::output(&report).contains("EVIL 1 "),
        "{report:#?}"
    );
    lab.close().await;
}

/// T-01: links at every path that the launcher may use lead nowhere.
#[tokio::test]
async fn links_lead_the_judge_nowhere() {
    let lab = Lab::small().await;
    let program = format!(
        "import os
for folder in ('/code', '/tmp', '/dev/shm'):
    for name in ('main.py', 'tests.py', 'codealong.py', 'ready', 'job', 'result', 'out', '.codealong-probe'):
        path = f'{{folder}}/{{name}}'
        try:
            os.unlink(path)
        except OSError:
            pass
        try:
            os.symlink('/proc/1/fd/1', path)
        except OSError:
            pass
try:
    os.rename('/code/main.py', '/code/other.py')
except OSError:
    pass
os.mkdir('/code/main.d')
{FOUR_LINES}"
    );
    let report = lab.attack(&program, &of_an_answer()).await;
    // What the four lines earn without any link.
    assert_eq!(kinds(&report), ["passed", "ended"], "{report:#?}");
    lab.close().await;
}

/// T-17: the end of either container is no pass, and no learner is to blame for it: the host kills
/// each.
#[tokio::test]
async fn a_containers_end_is_no_verdict_and_our_fault() {
    let lab = Lab::small().await;
    let tests = Tests::new(&[
        ("connects", "server.connect()"),
        ("waits", "server.connect().expect_nothing_more(50_000)"),
    ])
    .within(Duration::from_secs(60));
    for role in Role::ALL {
        let mut events = lab.pool.run(tests.job(FOUR_LINES), a_client());
        let mut ended = Vec::new();
        while let Some(event) = events.next().await {
            match event {
                Ok(JobEvent::TestFinished(test)) => {
                    assert!(test.outcome.is_passed(), "{test:#?}");
                    kill_all(&lab, role).await;
                }
                Ok(JobEvent::Finished(report)) => panic!("{role:?}: a verdict: {report:#?}"),
                Ok(_) => {}
                Err(fault) => ended.push(fault),
            }
        }
        let [SandboxError::Lost { .. } | SandboxError::JudgeBroke { .. }] = &ended[..] else {
            panic!("{role:?}: {ended:?}");
        };
        assert!(ended[0].run_error().is_ours(), "{ended:?}");
        lab.assert_honest_run_passes().await;
    }
    lab.close().await;
}

/// T-17 by a program's own doing: it lets the kernel prefer its launcher, where that is larger.
/// Whatever the kernel kills, there is a verdict, and it is on the program.
#[tokio::test]
async fn a_launcher_that_is_killed_for_want_of_memory_is_the_programs_doing() {
    let lab = Lab::small().await;
    let program = format!(
        "{FOUR_LINES}
import os, time
for score in range(999, -1, -1):
    try:
        with open('/proc/self/oom_score_adj', 'w') as file:
            file.write(str(score))
    except OSError:
        break
client = server.accept()
for _ in range(40):
    if not os.fork():
        hog = b'x' * (6 << 20)
        while True:
            time.sleep(1000)
time.sleep(1000)
"
    );
    let tests = Tests::new(&[
        ("connects", "server.connect()"),
        ("waits", "server.connect().expect_nothing_more(5000)"),
        ("is answered", "server.connect().expect(simple('DONE'))"),
    ]);
    let report = lab.attack(&program, &tests).await;
    let kinds = kinds(&report);
    assert_eq!(kinds[0], "passed", "{report:#?}");
    assert!(
        !report.is_passed() && !kinds.contains(&"interfered"),
        "{report:#?}"
    );
    lab.assert_honest_run_passes().await;
    lab.close().await;
}

/// Kills every running container of a role.
async fn kill_all(lab: &Lab, role: Role) {
    for name in containers_in_role(&lab.owner, role).await {
        let options = KillContainerOptions {
            signal: "SIGKILL".to_owned(),
        };
        let _one_that_is_being_made = engine().kill_container(&name, Some(options)).await;
    }
}
