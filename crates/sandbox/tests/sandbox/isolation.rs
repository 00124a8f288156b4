//! What a program can't reach: the network, the host, its judge, privileges.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::kernel::CALLS;
use crate::lab::{FOUR_LINES, Lab, Tests, answering_after, output};

/// `EPERM` and `EACCES`: it exists, and not for this program.
const REFUSED: [&str; 2] = ["1", "13"];

/// A program that tries each of `attempts`, prints the system's error number, and then passes. Any
/// other exception, as of a misspelt attempt, ends it before that.
fn probing(prelude: &str, attempts: &[(&str, &str)]) -> String {
    let mut program = format!("{prelude}\n");
    for (name, attempt) in attempts {
        program += &format!(
            "try:\n    print({name:?}, '= GOT', {attempt}, flush=True)\n\
             except OSError as error:\n    \
             print({name:?}, '=', error.errno, flush=True)\n"
        );
    }
    program + FOUR_LINES
}

/// Runs the attempts, with an honest run beside them; returns all of their output.
async fn said_of(prelude: &str, attempts: &[(&str, &str)]) -> String {
    let lab = Lab::small().await;
    let tests = Tests::that_listen_a_while();
    let report = lab.attack(&probing(prelude, attempts), &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    lab.close().await;
    output(&report)
}

/// Runs the attempts, each of which must fail, with an honest run beside them; returns the error
/// number of each by its name.
async fn assert_all_fail(prelude: &str, attempts: &[(&str, &str)]) -> BTreeMap<String, String> {
    let said = said_of(prelude, attempts).await;
    let errors: BTreeMap<String, String> = said
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, error)| (name.to_owned(), error.to_owned()))
        .collect();
    for (name, _) in attempts {
        let error = errors.get(*name);
        let failed = error.is_some_and(|error| !error.starts_with("GOT"));
        assert!(failed, "{name}: {said}");
    }
    errors
}

/// T-03.
#[tokio::test]
async fn no_address_but_its_own_can_be_reached() {
    let prelude = "import os, socket
def reach(host, port):
    with socket.create_connection((host, port), timeout=1) as connection:
        return connection.getpeername()
def udp(host):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        return client.sendto(b'x', (host, 53))
def unix(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect(path)";
    let attempts = [
        ("the engine", "reach('172.17.0.1', 2375)"),
        ("the engine on a Mac", "reach('192.168.65.7', 2375)"),
        ("the cloud's metadata", "reach('169.254.169.254', 80)"),
        ("the internet", "reach('1.1.1.1', 53)"),
        ("the internet by UDP", "udp('1.1.1.1')"),
        ("the internet by IPv6", "reach('2606:4700:4700::1111', 53)"),
        ("a name", "socket.getaddrinfo('example.org', 80)"),
        ("the engine's socket", "unix('/var/run/docker.sock')"),
        ("the same elsewhere", "unix('/run/docker.sock')"),
        (
            "containerd's socket",
            "unix('/run/containerd/containerd.sock')",
        ),
    ];
    assert_all_fail(prelude, &attempts).await;
}

/// T-05.
#[tokio::test]
async fn there_are_no_privileges_to_gain() {
    let prelude = "import os, shutil, stat, subprocess
status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)
print('NoNewPrivs', status['NoNewPrivs'].strip())
print('Caps', {status[name].strip() for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')})
print('Seccomp', status['Seccomp'].strip())
print('Root', 0 in os.getresuid() + os.getresgid() + tuple(os.getgroups()))
# Small, so that it fits everywhere, and bound to nothing: the loader of programs itself.
loader = next(line.split()[-1] for line in open('/proc/self/maps') if '/ld-' in line)
def setuid_copy(folder):
    copy = folder + '/copy'
    shutil.copyfile(loader, copy)
    os.chmod(copy, 0o6755)
    return subprocess.run([copy, '--version'], check=True)";
    let attempts = [
        ("to become root", "os.setuid(0)"),
        ("another group", "os.setgid(0)"),
        (
            "a device",
            "os.mknod('/tmp/disk', 0o600 | stat.S_IFBLK, os.makedev(8, 0))",
        ),
        ("a copy in /tmp", "setuid_copy('/tmp')"),
        ("a copy in /code", "setuid_copy('/code')"),
        ("a copy in /dev/shm", "setuid_copy('/dev/shm')"),
        ("another root", "os.chroot('/tmp')"),
        ("the clock", "__import__('time').clock_settime(0, 0)"),
        ("a lower nice", "os.nice(-5)"),
    ];
    let said = said_of(prelude, &attempts).await;
    for line in [
        "NoNewPrivs 1",
        "Caps {'0000000000000000'}",
        "Seccomp 2",
        "Root False",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    for (name, _) in attempts {
        let refused = REFUSED.map(|number| format!("{name} = {number}\n"));
        let is_refused = refused.iter().any(|line| said.contains(line));
        assert!(is_refused, "{name}: {said}");
    }
}

/// T-29: the process that starts programs is out of their reach.
#[tokio::test]
async fn the_launcher_can_not_be_touched() {
    let prelude = format!(
        "{CALLS}
import resource, signal
open_pid = os.pidfd_open
def opened(path):
    # No more than that: at its beginning, even one's own memory can't be read.
    with open(path, 'rb') as file:
        return file.name
def first(path):
    with open(path, 'rb') as file:
        return file.read(1)[0]
def write(path):
    with open(path, 'wb', buffering=0) as file:
        return file.write(b'x')"
    );
    let attempts = [
        ("its memory", "opened('/proc/1/mem')"),
        ("its map", "first('/proc/1/maps')"),
        ("its environment", "first('/proc/1/environ')"),
        ("its system calls", "first('/proc/1/syscall')"),
        ("its stack", "first('/proc/1/stack')"),
        ("its descriptors", "os.listdir('/proc/1/fd')[0]"),
        ("its output", "write('/proc/1/fd/1')"),
        ("its input", "write('/proc/1/fd/0')"),
        ("its program", "os.readlink('/proc/1/exe')"),
        ("its folder", "os.readlink('/proc/1/cwd')"),
        (
            "its place in the queue of the killed",
            "write('/proc/1/oom_score_adj')",
        ),
        ("its name", "write('/proc/1/comm')"),
        (
            "its descriptor by pidfd",
            "call(438, 438, open_pid(1), 1, 0)",
        ),
        (
            "its memory by a call",
            "call(310, 270, 1, here, 1, here, 1, 0)",
        ),
        (
            "its memory by another",
            "call(311, 271, 1, here, 1, here, 1, 0)",
        ),
        ("to trace it", "call(101, 117, 0x4206, 1, 0, 0)"),
        (
            "its limits",
            "resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))",
        ),
        (
            "its open files",
            "resource.prlimit(1, resource.RLIMIT_NOFILE, (3, 3))",
        ),
        ("its priority", "os.setpriority(os.PRIO_PROCESS, 1, 19)"),
        (
            "its scheduler",
            "os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))",
        ),
        ("its processors", "os.sched_setaffinity(1, {0})"),
        (
            "its input's and output's priority",
            "call(251, 30, 1, 1, 3 << 13)",
        ),
        ("to compare it", "call(312, 272, 1, os.getpid(), 0, 0, 0)"),
        ("to move its memory", "call(256, 238, 1, 8, here, here)"),
    ];
    for (name, error) in assert_all_fail(&prelude, &attempts).await {
        assert!(REFUSED.contains(&error.as_str()), "{name}: {error}");
    }
}

/// The judge is in another container: nothing of it is in the program's but the address that the
/// judge connects from.
#[tokio::test]
async fn nothing_of_the_judge_is_to_be_found() {
    let lab = Lab::small().await;
    let work = r#"
import os, re, socket, sys
def say(name, found):
    print(name, '=', sorted(found), flush=True)

# What a test says, written so that this program does not say it itself.
marks = re.compile(rb'[M]ARK-OF-THE-TESTS|[c]odealong_judge')
def lines(path):
    with open(path, errors='replace') as file:
        return file.read().splitlines()

processes = [name for name in os.listdir('/proc') if name.isdigit()]
commands = {' '.join(lines(f'/proc/{pid}/cmdline')).replace('\0', ' ').strip() for pid in processes}
say('commands', commands)
say('users', {line.split()[1] for pid in processes for line in lines(f'/proc/{pid}/status')
              if line.startswith('Uid:')} ^ {str(os.getuid())})
say('socket names', {line.split()[7] for line in lines('/proc/net/unix')[1:] if len(line.split()) > 7})
# Port 6379 is 18EB. A connection has two ends; the address that asks is the one thing to be seen.
ends = set()
for table in ('tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6', 'packet'):
    if os.path.exists(f'/proc/net/{table}'):
        for line in lines(f'/proc/net/{table}')[1:]:
            _, here, there = line.split()[:3]
            both = {here.split(':')[0], there.split(':')[0]}
            if table != 'tcp' or '18EB' not in (here + there) or not both <= {'0100007F', '00000000'}:
                ends.add(line)
say('other sockets', ends)
kernel = ('proc', 'sysfs', 'cgroup', 'cgroup2', 'devtmpfs')
say('mounts', {line.split()[1] for line in lines('/proc/self/mounts') if line.split()[2] not in kernel
               and not line.split()[1].startswith(('/proc/', '/sys/'))})
say('variables', {name for name in os.environ} - {'PATH', 'HOME', 'LANG', 'LC_CTYPE'})
say('descriptors', {os.readlink(f'/proc/self/fd/{name}') for name in os.listdir('/proc/self/fd')
                    if int(name) > 2 and os.path.exists(f'/proc/self/fd/{name}')
                    and not os.readlink(f'/proc/self/fd/{name}').startswith(('socket:', '/proc/'))})

files = set()
for folder, folders, names in os.walk('/'):
    if folder == '/':
        folders[:] = [name for name in folders if name not in ('proc', 'sys')]
    for name in names:
        path = os.path.join(folder, name)
        if 'judge' in path or 'redis' in path.lower() or name == 'tests.py' or name == 'codealong.py':
            files.add(path)
            continue
        try:
            if os.path.isfile(path) and os.path.getsize(path) < 1 << 20 and folder.startswith('/opt'):
                with open(path, 'rb') as file:
                    if marks.search(file.read()):
                        files.add(path)
        except OSError:
            pass
say('files', files)

found = 0
with open('/proc/self/mem', 'rb', buffering=0) as memory:
    for line in lines('/proc/self/maps'):
        begin, end = (int(part, 16) for part in line.split()[0].split('-'))
        if 'r' not in line.split()[1] or '[v' in line:
            continue
        try:
            memory.seek(begin)
            found += len(marks.findall(memory.read(end - begin)))
        except (OSError, OverflowError, ValueError):
            pass
print('marks in memory =', found, flush=True)
"#;
    let body = "client = server.connect()  # MARK-OF-THE-TESTS
    client.send('END')
    client.expect(simple('DONE'), within_ms=100_000)
    client.expect_nothing_more(200)";
    let tests = Tests::new(&[("is answered", body)]).within(Duration::from_secs(240));
    let report = lab.attack(&answering_after(work), &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    let said = output(&report);
    let launcher = "python3.11 -I -S -B -b -X utf8 /opt/codealong/__main__.py";
    for line in [
        format!("commands = ['{launcher}']"),
        "users = []".to_owned(),
        "socket names = []".to_owned(),
        "other sockets = []".to_owned(),
        "variables = []".to_owned(),
        "descriptors = []".to_owned(),
        "files = []".to_owned(),
        "marks in memory = 0".to_owned(),
    ] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
    // The engine's own three files of a network are those of the judge's container: its name, and no more.
    let mounts = said.lines().find_map(|line| line.strip_prefix("mounts = "));
    let mounts: Vec<&str> = mounts
        .unwrap()
        .split(['[', ']', '\'', ',', ' '])
        .filter(|mount| !mount.is_empty())
        .collect();
    let known = [
        "/",
        "/code",
        "/dev",
        "/dev/mqueue",
        "/dev/pts",
        "/dev/shm",
        "/etc/hostname",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/tmp",
    ];
    assert!(
        mounts.iter().all(|mount| known.contains(mount)),
        "{mounts:?}"
    );
    lab.close().await;
}

#[tokio::test]
async fn the_image_can_not_be_changed_nor_the_kernel_set() {
    let prelude = "import os
def write(path):
    with open(path, 'w') as file:
        return file.write('x')";
    let attempts = [
        ("a file in /", "write('/x')"),
        ("a file in /etc", "write('/etc/x')"),
        (
            "a file beside Python",
            "write('/usr/lib/python3.11/socket.py')",
        ),
        ("a file of the launcher", "write('/opt/codealong/x.py')"),
        (
            "a setting of the kernel",
            "write('/proc/sys/kernel/core_pattern')",
        ),
        ("the kernel's trigger", "write('/proc/sysrq-trigger')"),
        (
            "a control group",
            "write('/sys/fs/cgroup/memory/memory.limit_in_bytes')",
        ),
        (
            "a newer control group",
            "write('/sys/fs/cgroup/memory.max')",
        ),
        ("a message queue", "write('/dev/mqueue/x')"),
        ("a file in /dev", "write('/dev/x')"),
        (
            "memory of the kernel",
            "open('/proc/kcore', 'rb').read(1)[0]",
        ),
    ];
    assert_all_fail(prelude, &attempts).await;
}
