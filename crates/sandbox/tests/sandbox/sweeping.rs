//! Leftovers are found and removed, and what is others' is left alone.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::CreateContainerOptions;
use sandbox::Pool;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::lab::{
    FOUR_LINES, Lab, Tests, a_client, assert_no_container, containers_of, engine, settings, until,
};

const NOW: Duration = Duration::ZERO;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Creates a container that was never started, as a server that died so long ago might leave it.
async fn leave_behind(
    owner: &str,
    instance: &str,
    life_s: u64,
    created_ago: Duration,
    image: &str,
) -> String {
    let created = SystemTime::now() - created_ago;
    let expires = created.duration_since(UNIX_EPOCH).unwrap().as_secs() + life_s;
    let labels = [
        ("codealong.owner", owner.to_owned()),
        ("codealong.instance", instance.to_owned()),
        ("codealong.spec", "left".to_owned()),
        ("codealong.life", life_s.to_string()),
        ("codealong.expires", expires.to_string()),
    ];
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        labels: Some(labels.map(|(key, value)| (key.to_owned(), value)).into()),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    let created = engine()
        .create_container(None::<CreateContainerOptions>, body)
        .await
        .unwrap();
    created.id
}

/// The image that the pool's containers are made from.
async fn image_of(lab: &Lab) -> String {
    let name = containers_of(&lab.owner).await.remove(0);
    let found = engine().inspect_container(&name, None).await.unwrap();
    found.image.unwrap()
}

async fn exists(id: &str) -> bool {
    engine().inspect_container(id, None).await.is_ok()
}

#[tokio::test]
async fn leftovers_go_and_the_living_stay() {
    let elder = Lab::small().await;
    let image = image_of(&elder).await;
    let owner = format!("{}-reborn", elder.owner);
    let other = format!("{}-other", elder.owner);
    let earlier_life = leave_behind(&owner, "earlier", 3600, NOW, &image).await;
    let others_old = leave_behind(&other, "x", 1, NOW, &image).await;
    let others_forgotten = leave_behind(&other, "x", 3600, 2 * DAY, &image).await;
    let others_new = leave_behind(&other, "x", 3600, NOW, &image).await;

    let lab = Lab::with(|settings| {
        settings.owner = owner;
        settings.sweep_every = Duration::from_millis(200);
        settings.warm = 1;
    })
    .await;
    assert!(!exists(&earlier_life).await, "an earlier life's was left");
    assert!(!exists(&others_forgotten).await, "an expired one was left");
    assert!(exists(&others_new).await, "another owner's was taken");
    let none_expired = async || !exists(&others_old).await;
    until(
        "the expired one is gone",
        Duration::from_secs(60),
        none_expired,
    )
    .await;

    // A container of this very instance that is not registered, as after a creation that came
    // through only after it had been given up.
    let name = containers_of(&lab.owner).await.remove(0);
    let found = engine()
        .inspect_container(name.trim_start_matches('/'), None)
        .await
        .unwrap();
    let labels = found.config.unwrap().labels.unwrap();
    let forgotten =
        leave_behind(&lab.owner, &labels["codealong.instance"], 3600, NOW, &image).await;
    until(
        "the forgotten one is gone",
        Duration::from_secs(20),
        async || !exists(&forgotten).await,
    )
    .await;

    // The two living pools did not harm each other.
    assert!(exists(&others_new).await);
    lab.assert_honest_run_passes().await;
    elder.assert_honest_run_passes().await;
    engine().remove_container(&others_new, None).await.unwrap();
    lab.close().await;
    elder.close().await;
}

/// The server that T-21 kills: not a test of its own.
#[tokio::test]
#[ignore = "a process that another test starts"]
async fn be_a_server_that_is_killed() {
    let mut settings = settings();
    settings.owner = std::env::var("SANDBOX_TEST_SERVER").unwrap();
    settings.running_max = 2;
    let pool = Pool::start(settings).unwrap();
    pool.ready().await.unwrap();
    let hanging = Tests::new(&[("waits", "server.connect().expect_nothing_more(60_000)")]);
    let busy = "import os\nfor _ in range(5): os.fork()\nwhile True: pass\n";
    let busy = format!("{FOUR_LINES}{busy}");
    let _runs =
        [FOUR_LINES, busy.as_str()].map(|program| pool.run(hanging.job(program), a_client()));
    loop {
        let status = pool.status();
        if status.running == 2 && status.ready >= 2 {
            eprintln!("SERVING");
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// T-21: `kill -9` of a server with containers that wait and run leaves nothing within seconds,
/// though nobody is there to remove anything: the lost connection is enough.
#[tokio::test]
async fn a_server_that_is_killed_leaves_nothing() {
    let owner = format!("{}-killed", settings().owner);
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "sweeping::be_a_server_that_is_killed",
            "--nocapture",
        ])
        .env("SANDBOX_TEST_SERVER", &owner)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap();
        let line = line.expect("the server serves before it ends");
        if line.contains("SERVING") {
            break;
        }
    }
    assert!(containers_of(&owner).await.len() >= 4);
    server.start_kill().unwrap();
    server.wait().await.unwrap();
    assert_no_container(&owner, Duration::from_secs(5)).await;
}
