//! T-06: the part of the kernel that programs may use, and the rest of it.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{AttachContainerOptions, CreateContainerOptions};
use futures::StreamExt;
use sandbox::Role;

use crate::lab::{Lab, Tests, answering_after, containers_in_role, engine, output};

/// Python that makes system calls by their numbers, on either architecture.
pub(crate) const CALLS: &str = "import ctypes, os, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
arm = platform.machine() == 'aarch64'
def call(x86, aarch64, *arguments):
    ctypes.set_errno(0)
    number = aarch64 if arm else x86
    if number is None:
        raise OSError('not on this machine')
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
buffer = ctypes.create_string_buffer(4096)
here = ctypes.addressof(buffer)";

/// What the filter alone forbids: without it the kernel would do each, or find another fault before
/// it checks privileges.
const CLOSED_BY_THE_FILTER: [(&str, &str); 49] = [
    ("io_uring", "call(425, 425, 8, here)"),
    ("keyctl", "call(250, 219, 0, 0, 0)"),
    ("add_key", "call(248, 217, 0, 0, 0, 1, 0)"),
    ("request_key", "call(249, 218, 0, 0, 0, 0)"),
    ("AF_VSOCK", "socket.socket(40, socket.SOCK_STREAM)"),
    ("AF_ALG", "socket.socket(38, socket.SOCK_SEQPACKET)"),
    ("AF_NETLINK", "socket.socket(16, socket.SOCK_RAW)"),
    ("AF_TIPC", "socket.socket(30, socket.SOCK_RAW)"),
    ("MPTCP", "socket.socket(2, socket.SOCK_STREAM, 262)"),
    (
        "MPTCP by IPv6",
        "socket.socket(10, socket.SOCK_STREAM, 262)",
    ),
    ("UDP-Lite", "socket.socket(2, socket.SOCK_DGRAM, 136)"),
    (
        "UDP-Lite by IPv6",
        "socket.socket(10, socket.SOCK_DGRAM, 136)",
    ),
    ("SCTP", "socket.socket(2, socket.SOCK_STREAM, 132)"),
    (
        "SCTP by its type",
        "socket.socket(2, socket.SOCK_SEQPACKET)",
    ),
    ("DCCP by its type", "socket.socket(10, 6)"),
    ("SMC", "socket.socket(2, socket.SOCK_STREAM, 256)"),
    ("userfaultfd", "call(323, 282, 1)"),
    ("a user namespace", "call(272, 97, 0x10000000)"),
    ("setns", "call(308, 268, -1, 0)"),
    ("mount", "call(165, 40, 1, 1, 1, 0, 1)"),
    ("umount", "call(166, 39, 1, 0xffff)"),
    ("open_tree", "call(428, 428, -1, 1, 0xfffffff)"),
    ("chroot", "call(161, 51, 1)"),
    ("bpf", "call(321, 280, 0, here, 100000)"),
    ("perf_event_open", "call(298, 241, 1, 0, -1, -1, 0xffff)"),
    ("ptrace", "call(101, 117, 0x4206, 4000000, 0, 0)"),
    ("process_vm_readv", "call(310, 270, 1, here, 1, here, 1, 1)"),
    (
        "process_vm_writev",
        "call(311, 271, 1, here, 1, here, 1, 1)",
    ),
    ("pidfd_getfd", "call(438, 438, -1, 0, 0)"),
    ("kcmp", "call(312, 272, 4000000, 4000000, 0, 0, 0)"),
    ("another's limits", "call(302, 261, 4000000, 7, 0, 0)"),
    ("another's priority", "call(141, 140, 0, 4000000, 0)"),
    ("another's processors", "call(203, 122, 4000000, 8, here)"),
    ("memfd_create", "call(319, 279, here, 0)"),
    ("personality", "call(135, 92, 0xffffffff)"),
    ("shared memory", "call(29, 194, 0, 1, 0)"),
    ("a message queue", "call(68, 186, 0, 0)"),
    ("semaphores", "call(64, 190, 0, 1, 0)"),
    ("a POSIX message queue", "call(240, 180, 1, 0, 0, 0)"),
    ("asynchronous I/O", "call(206, 0, 0, 0)"),
    ("execveat", "call(322, 281, -1, 1, 0, 0, 0xffffff)"),
    ("a filter of one's own", "call(317, 277, 99, 0, 0)"),
    ("the clock", "call(227, 112, 0, 1)"),
    // By their arguments.
    ("a large pipe", "call(72, 25, os.pipe()[1], 1031, 1 << 20)"),
    (
        "past the page cache",
        "call(72, 25, 1, 4, 0o40000 if not arm else 0o200000)",
    ),
    ("a filter by prctl", "call(157, 167, 22, 99, 0, 0, 0)"),
    ("a lease", "call(72, 25, 1, 1024, 0)"),
    ("an input for another", "call(16, 29, 1, 0x5412, here)"),
    ("a busy poll", "socket.socket().setsockopt(1, 46, 1)"),
];

/// Locks are kernel memory that is charged to nobody: there are none, and programs are told so.
const LOCKS: [(&str, &str); 4] = [
    (
        "flock",
        "__import__('fcntl').flock(open('/code/main.py'), 2)",
    ),
    (
        "lockf",
        "__import__('fcntl').lockf(open('/tmp/lock', 'w'), 2)",
    ),
    (
        "F_OFD_SETLK",
        "call(72, 25, os.open('/tmp/lock', os.O_CREAT | os.O_RDWR), 37, here)",
    ),
    (
        "F_GETLK",
        "call(72, 25, os.open('/tmp/lock', os.O_CREAT | os.O_RDWR), 5, here)",
    ),
];

/// What the missing capabilities forbid too, which hides the filter's part.
const CLOSED_TWICE: [(&str, &str); 12] = [
    ("pivot_root", "call(155, 41, 1, 1)"),
    ("fsopen", "call(430, 430, 1, 0xff)"),
    ("AF_PACKET", "socket.socket(17, socket.SOCK_RAW)"),
    ("raw IP", "socket.socket(2, socket.SOCK_RAW, 1)"),
    ("kexec", "call(246, 104, 0, 0, 0, 0)"),
    ("a module", "call(313, 273, 0, here, 0)"),
    ("open by handle", "call(304, 265, -100, here, 0)"),
    ("swap", "call(167, 224, here, 0)"),
    ("reboot", "call(169, 142, 0, 0, 0, 0)"),
    ("the kernel's log", "call(103, 116, 99, 0, 0)"),
    ("accounting", "call(163, 89, 1)"),
    ("the host's name", "call(170, 161, 1, 99999)"),
];

/// A program that makes each attempt in a process of its own, as one that succeeds may change what
/// the next can do, and prints the error number.
fn trying(attempts: &[(&str, &str)]) -> String {
    let mut program = format!(
        "{CALLS}
def attempt(name, act):
    if os.fork():
        os.wait()
        return
    try:
        act()
        said = 'done'
    except OSError as error:
        said = error.errno
    print(f'{{name}} = {{said}}', flush=True)
    os._exit(0)
"
    );
    for (name, act) in attempts {
        program += &format!("attempt({name:?}, lambda: {act})\n");
    }
    program
}

fn said_of_each(said: &str) -> BTreeMap<&str, &str> {
    said.lines()
        .filter_map(|line| line.split_once(" = "))
        .collect()
}

/// What a program prints in a container that has all of our limits but the filter.
async fn without_the_filter(lab: &Lab, program: &str) -> String {
    let engine = engine();
    let name = containers_in_role(&lab.owner, Role::Learner)
        .await
        .remove(0);
    let ours = engine.inspect_container(&name, None);
    let ours = ours.await.unwrap();
    let mut limits = ours.host_config.unwrap();
    limits.network_mode = Some("none".to_owned());
    limits.security_opt = Some(vec![
        "no-new-privileges:true".to_owned(),
        "seccomp=unconfined".to_owned(),
    ]);
    let body = ContainerCreateBody {
        image: ours.image,
        user: ours.config.unwrap().user,
        entrypoint: Some(
            ["python3.11", "-I", "-S", "-c", program]
                .map(ToOwned::to_owned)
                .into(),
        ),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        host_config: Some(limits),
        ..ContainerCreateBody::default()
    };
    let created = engine.create_container(None::<CreateContainerOptions>, body);
    let id = created.await.unwrap().id;
    let streams = AttachContainerOptions {
        stream: true,
        stdout: true,
        stderr: true,
        ..AttachContainerOptions::default()
    };
    let attached = engine.attach_container(&id, Some(streams)).await.unwrap();
    engine.start_container(&id, None).await.unwrap();
    let said = attached.output.map(|chunk| chunk.unwrap().to_string());
    let said = tokio::time::timeout(Duration::from_secs(120), said.collect::<String>());
    said.await.unwrap()
}

/// A call that the filter lets through ends with another error than the filter's.
#[tokio::test]
async fn unsafe_parts_of_the_kernel_are_closed() {
    let lab = Lab::small().await;
    let attempts = [&CLOSED_BY_THE_FILTER[..], &CLOSED_TWICE[..]].concat();
    let program = trying(&attempts);
    let open = without_the_filter(&lab, &program).await;
    let open = said_of_each(&open);
    let tests = Tests::that_wait_for_the_end(&["is done"]);
    let report = lab.attack(&answering_after(&program), &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    let closed = output(&report);
    let closed = said_of_each(&closed);
    for (name, _) in attempts {
        // EPERM, on every host.
        assert_eq!(closed.get(name), Some(&"1"), "{name}: {report:#?}");
    }
    let names = CLOSED_BY_THE_FILTER.iter().map(|(name, _)| *name);
    let (unproven, proven): (Vec<_>, Vec<_>) = names.partition(|name| open[name] == closed[name]);
    // A host may have switched something off by itself.
    assert!(
        proven.len() > 4 * unproven.len(),
        "not the filter's doing: {unproven:?}"
    );
    lab.close().await;
}

#[tokio::test]
async fn there_are_no_locks_on_files() {
    let lab = Lab::small().await;
    let tests = Tests::that_wait_for_the_end(&["is done"]);
    let program = answering_after(&trying(&LOCKS));
    let report = lab.attack(&program, &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    let said = output(&report);
    let said = said_of_each(&said);
    for (name, _) in LOCKS {
        // ENOLCK.
        assert_eq!(said.get(name), Some(&"37"), "{name}: {report:#?}");
    }
    lab.close().await;
}

/// C libraries make threads and processes by another call where `clone3` does not exist, but not
/// where it is forbidden.
#[tokio::test]
async fn what_programs_need_of_the_kernel_is_open() {
    let lab = Lab::small().await;
    let program = "import asyncio, errno, socket, subprocess, sys, threading
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
assert libc.syscall(435, 0, 0) == -1 and ctypes.get_errno() == errno.ENOSYS, ctypes.get_errno()
flags = (0, socket.SOCK_NONBLOCK, socket.SOCK_CLOEXEC, socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
for family in (socket.AF_INET, socket.AF_INET6):
    for flag in flags:
        for protocol in (0, socket.IPPROTO_TCP):
            socket.socket(family, socket.SOCK_STREAM | flag, protocol).close()
        for protocol in (0, socket.IPPROTO_UDP):
            socket.socket(family, socket.SOCK_DGRAM | flag, protocol).close()
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    socket.socket(socket.AF_UNIX, kind).close()
    for end in socket.socketpair(type=kind):
        end.close()
socket.create_server(('', 0), family=socket.AF_INET6, dualstack_ipv6=True).close()
with socket.create_server(('localhost', 7002)):
    socket.create_connection(('localhost', 7002)).close()
with socket.create_server(('::1', 7003), family=socket.AF_INET6):
    socket.create_connection(('::1', 7003)).close()
async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()
async def talk():
    await asyncio.start_server(echo, 'localhost', 7000)
    await asyncio.start_unix_server(echo, '\\0here')
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ('127.0.0.1', 7001))
    for reader, writer in (
        await asyncio.open_connection('localhost', 7000),
        await asyncio.open_unix_connection('\\0here'),
    ):
        writer.write(b'word\\n')
        assert await reader.readline() == b'word\\n'
    assert await asyncio.to_thread(sum, (1, 2)) == 3
asyncio.run(talk())
thread = threading.Thread(target=print, args=('thread',))
thread.start()
thread.join()
assert subprocess.run([sys.executable, '-c', '']).returncode == 0
print('all of it', flush=True)
";
    let tests = Tests::that_wait_for_the_end(&["is done"]);
    let report = lab.attack(&answering_after(program), &tests).await;
    assert!(report.is_passed(), "{report:#?}");
    assert!(output(&report).contains("all of it"), "{report:#?}");
    lab.close().await;
}
