//! A server at full load for half an hour uses at the end what it used in the middle.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use server::{Machine, Sizes};

use crate::client::{ask_for_run, containers_of, get, report_on};
use crate::judge_fixture::serial_guard;
use crate::server_process::Server;
use crate::sessions::Page;

/// The variable with another length, in minutes. (One of our own prefix would be no setting of the server.)
const MINUTES: &str = "SOAK_MINUTES";
const MINUTES_BY_DEFAULT: f64 = 30.0;

/// Learners who wait while others run: the queue is never empty.
const WAITING: u32 = 12;

const SAMPLES_EVERY: Duration = Duration::from_secs(1);

/// By how much memory may grow from the middle of the middle half to that of the last quarter: by what the
/// allocator does, and a kilobyte for each run between.
fn memory_growth_max(runs: u32) -> u64 {
    (2 << 20) + u64::from(runs) * 3 / 8 * 1024
}

/// Programs of all kinds: right, wrong, loud, greedy, and one that forks.
const PROGRAMS: [&str; 5] = [
    "import socket\nserver = socket.create_server(('localhost', 6379))\n",
    "raise ValueError('wrong')\n",
    "import socket\nfor _ in range(20000):\n    print('x' * 200)\nserver = socket.create_server(('localhost', 6379))\n",
    "x = bytearray(1 << 30)\n",
    "import os, socket\nfor _ in range(20):\n    os.fork() or os._exit(0)\nserver = socket.create_server(('localhost', 6379))\n",
];

/// What the server uses at a moment.
#[derive(Debug, Clone, Copy)]
struct Sample {
    memory_bytes: u64,
    descriptors: u64,
    containers: u64,
}

impl Sample {
    async fn of(server: &Server) -> Self {
        Self {
            memory_bytes: server.memory_bytes(),
            descriptors: server.descriptors(),
            containers: containers_of(&server.owner).await as u64,
        }
    }
}

type Kind = (&'static str, fn(&Sample) -> u64);

/// The median of a part of the samples, and the most.
fn of_part(samples: &[Sample], what: impl Fn(&Sample) -> u64) -> (u64, u64) {
    let mut values: Vec<u64> = samples.iter().map(what).collect();
    values.sort_unstable();
    (values[values.len() / 2], values[values.len() - 1])
}

fn length() -> Duration {
    let minutes = std::env::var(MINUTES)
        .ok()
        .filter(|text| !text.is_empty())
        .map_or(MINUTES_BY_DEFAULT, |text| text.parse().unwrap());
    Duration::from_secs_f64(minutes * 60.0)
}

#[tokio::test]
#[ignore = "half an hour: `cargo xtask test --soak`"]
async fn soak_full_load_leaves_memory_descriptors_and_containers_flat() {
    let _serial_guard = serial_guard().await;
    let (length, sizes) = (length(), Sizes::of(Machine::this()));
    let settings = [
        // What a busy machine takes for a turn is not what this is about.
        ("CODEALONG_WAIT_MAX", "600".to_owned()),
        ("CODEALONG_DRAIN", "0".to_owned()),
    ];
    let server = Server::start_with("full-load", &settings);
    server.until_at_rest(sizes.warm).await;
    let at_rest_before = Sample::of(&server).await;
    let (begin, runs, samples) = (Instant::now(), Cell::new(0_u32), RefCell::new(Vec::new()));
    let is_over = || begin.elapsed() >= length;
    let learners = (0..sizes.running_max + WAITING).map(async |number| {
        let mut programs = PROGRAMS.iter().cycle().skip(number as usize);
        while !is_over() {
            let program = programs.next().unwrap();
            let name = format!("learner-{number}");
            let asked = ask_for_run(server.address, program, Some(&name)).await;
            assert!(report_on(asked).await.total() > 0);
            runs.set(runs.get() + 1);
        }
    });
    let sampling = async {
        while !is_over() {
            let sample = Sample::of(&server).await;
            samples.borrow_mut().push(sample);
            tokio::time::sleep(SAMPLES_EVERY).await;
        }
    };
    let others = async {
        while !is_over() {
            use_what_is_no_run(server.address).await;
        }
    };
    join(join_all(learners), join(sampling, others)).await;
    let (samples, runs) = (samples.into_inner(), runs.get());
    let quarter = samples.len() / 4;
    let (middle, end) = (&samples[quarter..3 * quarter], &samples[3 * quarter..]);
    println!(
        "{runs} runs in {length:?}, the middle half and the last quarter, as median and most:"
    );
    let mut medians = Vec::new();
    let kinds: [Kind; 3] = [
        ("bytes of memory", |sample| sample.memory_bytes),
        ("descriptors", |sample| sample.descriptors),
        ("containers", |sample| sample.containers),
    ];
    for (name, what) in kinds {
        let (middle, end) = (of_part(middle, what), of_part(end, what));
        println!("{name}: {middle:?}, then {end:?}");
        medians.push((middle, end));
    }
    server.until_at_rest(sizes.warm).await;
    crate::client::until(
        "only lanes that wait are left",
        Duration::from_secs(60),
        async || Sample::of(&server).await.containers == u64::from(2 * sizes.warm),
    )
    .await;
    let at_rest = Sample::of(&server).await;
    println!("at rest: {at_rest_before:?}, then {at_rest:?}");
    let [memory, descriptors, containers] = medians[..] else {
        unreachable!("there are three kinds");
    };
    assert!(
        memory.1.0 <= memory.0.0 + memory_growth_max(runs),
        "{memory:?}"
    );
    // A lane has a handful of each: more than the most of the middle by half would be of no lane.
    for of_lanes in [descriptors, containers] {
        assert!(of_lanes.1.0 <= of_lanes.0.1, "{of_lanes:?}");
    }
    assert!(
        at_rest.descriptors <= at_rest_before.descriptors + 8,
        "{at_rest_before:?}, then {at_rest:?}"
    );
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
}

/// Pages, a console that is left before it has a lane, since runs come first, and a learner who leaves in the
/// middle of a run.
async fn use_what_is_no_run(server: SocketAddr) {
    for path in ["/", "/courses/redis", "/courses/redis/listen"] {
        let page = get(server, path).await.unwrap();
        assert!(page.contains(" 200 "), "{path}");
    }
    let console = Page::open(server, "talker", PROGRAMS[0]).await;
    let leaving = ask_for_run(server, "import time\ntime.sleep(60)\n", Some("leaver")).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    drop((leaving, console));
}
