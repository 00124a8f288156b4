//! T-22 from the outside: HTTP clients that leave at any moment leave nothing running.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use app::state::{AppState, Reload};
use leptos_config::LeptosOptions;
use sandbox::{Pool, PoolStatus, SandboxSettings, StopOutcome};
use server::{ConnectionLimits, HttpSettings, Server, Stop, router, serve_until};
use tokio::net::TcpListener;

use crate::client::{ask_for_run, containers_of, report_on, until};
use crate::judge_fixture::{repository, serial_guard};

/// The variable that repeats the moments of a failed test.
const SEED: &str = "LEAVING_SEED";

/// From before the request is read to the middle of the run, the wait in the queue included.
const LONGEST_STAY_MS: u64 = 400;

/// A program whose run lasts for seconds.
const NEVER_LISTENS: &str = "import time\ntime.sleep(60)\n";

/// Random numbers that grow from a seed.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Duration::from_millis((mixed ^ (mixed >> 31)) % LONGEST_STAY_MS)
    }
}

#[tokio::test]
async fn clients_that_leave_at_any_moment_leave_nothing() {
    let _serial_guard = serial_guard().await;
    let seed = std::env::var(SEED).map_or_else(
        |_| RandomState::new().build_hasher().finish(),
        |text| text.parse().unwrap(),
    );
    eprintln!("{SEED}={seed}");
    let owner = format!("test-leaving-{}", std::process::id());
    let pool = Pool::start(SandboxSettings {
        owner: owner.clone(),
        image_folder: repository().join("runner-image"),
        running_max: 2,
        warm: 2,
        lanes_max: 6,
        ..SandboxSettings::default()
    })
    .unwrap();
    pool.ready().await.unwrap();
    let state = AppState::load(repository().join("curriculum"), Reload::Never, pool).unwrap();
    let leptos = LeptosOptions::builder().output_name("codealong").build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let stop = Stop::default();
    let settings = HttpSettings::default();
    let served = Server {
        listener,
        router: router(state.clone(), leptos, &settings, stop.clone()).unwrap(),
        operations: None,
        limits: ConnectionLimits::default(),
    };
    let (serving_state, serving_stop) = (state.clone(), stop.clone());
    let serving =
        tokio::spawn(
            async move { serve_until(served, &settings, serving_state, serving_stop).await },
        );
    // The warm lanes are there: later there must be no others.
    at_rest(&state).await;

    let mut moments = Moments(seed);
    for number in 0..20 {
        // Both at once, so that one may have to wait for the other's lane.
        let name = format!("page-{number}");
        let named = ask_for_run(server, NEVER_LISTENS, Some(&name)).await;
        let plain = ask_for_run(server, NEVER_LISTENS, None).await;
        let (first, second) = (moments.next(), moments.next());
        tokio::join!(
            async {
                tokio::time::sleep(first).await;
                drop(named);
            },
            async {
                tokio::time::sleep(second).await;
                drop(plain);
            }
        );
    }
    // Long before any of the runs would end on its own.
    until(
        "nothing runs or waits",
        Duration::from_secs(1),
        async || {
            let PoolStatus {
                running, queued, ..
            } = state.pool_status();
            (running, queued) == (0, 0)
        },
    )
    .await;
    at_rest(&state).await;
    assert_eq!(containers_of(&owner).await, 4, "more than wait for runs");

    let solution = repository().join("curriculum/redis/listen/solution.py");
    let solution = std::fs::read_to_string(solution).unwrap();
    let report = report_on(ask_for_run(server, &solution, None).await).await;
    assert_eq!(report.verdict, protocol::Verdict::Passed, "{report:#?}");

    stop.begin();
    assert_eq!(serving.await.unwrap(), StopOutcome::Nothing);
    assert_eq!(containers_of(&owner).await, 0, "a container is left");
}

/// Waits until the warm lanes are there and nothing else is.
async fn at_rest(state: &AppState) {
    until("the pool is at rest", Duration::from_secs(60), async || {
        let PoolStatus {
            ready,
            creating,
            lanes,
            ..
        } = state.pool_status();
        (ready, creating, lanes) == (2, 0, 2)
    })
    .await;
}
