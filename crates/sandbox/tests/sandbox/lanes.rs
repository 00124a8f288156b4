//! Two containers that live and end together, and a judge that serves again.

use std::collections::HashSet;
use std::time::Duration;

use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    CreateContainerOptions, KillContainerOptions, RemoveContainerOptions,
};
use sandbox::{PoolState, Role};

use crate::lab::{FOUR_LINES, Lab, Tests, containers_in_role, containers_of, engine, until};

/// A pool of one lane.
async fn one_lane() -> Lab {
    Lab::with(|settings| {
        settings.running_max = 1;
        settings.warm = 1;
        settings.lanes_max = 2;
    })
    .await
}

/// Waits until the pool has its one lane and nothing else, and names its two containers.
async fn at_rest(lab: &Lab) -> (String, String) {
    until("there is one lane", Duration::from_secs(60), async || {
        let status = lab.pool.status();
        status.state == PoolState::Serving
            && (status.ready, status.creating, status.lanes) == (1, 0, 1)
            && containers_of(&lab.owner).await.len() == 2
    })
    .await;
    let judge = containers_in_role(&lab.owner, Role::Judge).await.remove(0);
    let learner = containers_in_role(&lab.owner, Role::Learner)
        .await
        .remove(0);
    (judge, learner)
}

#[tokio::test]
async fn a_judge_serves_one_learner_after_the_other() {
    let lab = one_lane().await;
    let (judge, learner) = at_rest(&lab).await;
    let (mut judges, mut learners) = (HashSet::from([judge]), HashSet::from([learner]));
    for _ in 0..6 {
        lab.assert_honest_run_passes().await;
        let (judge, learner) = at_rest(&lab).await;
        judges.insert(judge);
        assert!(
            learners.insert(learner),
            "a learner's container is used again"
        );
    }
    // On a busy machine another judge may be made before the used one is free.
    assert!(judges.len() <= 4, "{judges:?}");
    lab.close().await;
}

/// A run that is stopped halfway leaves its judge halfway.
#[tokio::test]
async fn a_judge_that_did_not_come_to_its_end_serves_no_more() {
    let lab = one_lane().await;
    let (judge, _) = at_rest(&lab).await;
    let hanging = Tests::new(&[("waits", "server.connect().expect_nothing_more(60_000)")]);
    let run = lab.judge(FOUR_LINES, &hanging);
    assert!(
        tokio::time::timeout(Duration::from_secs(1), run)
            .await
            .is_err()
    );
    let (other, _) = at_rest(&lab).await;
    assert_ne!(other, judge);
    lab.assert_honest_run_passes().await;
    lab.close().await;
}

#[tokio::test]
async fn either_container_takes_the_other_along() {
    let lab = one_lane().await;
    for role in Role::ALL {
        let (judge, learner) = at_rest(&lab).await;
        let killed = match role {
            Role::Judge => &judge,
            Role::Learner => &learner,
        };
        let options = KillContainerOptions {
            signal: "SIGKILL".to_owned(),
        };
        engine()
            .kill_container(killed, Some(options))
            .await
            .unwrap();
        until("both are gone", Duration::from_secs(20), async || {
            let left = containers_of(&lab.owner).await;
            !left.contains(&judge) && !left.contains(&learner)
        })
        .await;
        at_rest(&lab).await;
        lab.assert_honest_run_passes().await;
    }
    lab.close().await;
}

/// What somebody leaves in the lane's network would meet the next learner.
#[tokio::test]
async fn a_judge_whose_network_is_not_clean_is_replaced() {
    let lab = one_lane().await;
    let (judge, learner) = at_rest(&lab).await;
    let engine = engine();
    let program = "import socket, time
left = socket.create_server(('127.0.0.1', 7000))
time.sleep(600)";
    let body = ContainerCreateBody {
        image: engine
            .inspect_container(&learner, None)
            .await
            .unwrap()
            .image,
        entrypoint: Some(["python3.11", "-c", program].map(ToOwned::to_owned).into()),
        host_config: Some(HostConfig {
            network_mode: Some(format!("container:{judge}")),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    let created = engine.create_container(None::<CreateContainerOptions>, body);
    let foreign = created.await.unwrap().id;
    engine.start_container(&foreign, None).await.unwrap();

    lab.assert_honest_run_passes().await;
    let (other, _) = at_rest(&lab).await;
    assert_ne!(other, judge);
    lab.assert_honest_run_passes().await;
    let options = RemoveContainerOptions {
        force: true,
        ..RemoveContainerOptions::default()
    };
    engine
        .remove_container(&foreign, Some(options))
        .await
        .unwrap();
    lab.close().await;
}
