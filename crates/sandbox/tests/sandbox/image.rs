//! The images follow their folder.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bollard::query_parameters::RemoveImageOptions;
use sandbox::Role;

use crate::lab::{Lab, containers_in_role, engine, image_folder, until};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

async fn images_of(owner: &str) -> Vec<String> {
    let mut images = Vec::new();
    for name in containers_in_role(owner, Role::Learner).await {
        if let Ok(found) = engine().inspect_container(&name, None).await {
            images.extend(found.config.unwrap().image);
        }
    }
    images
}

#[tokio::test]
async fn a_changed_launcher_is_built_and_the_old_one_serves_no_more() {
    let folder = tempfile::tempdir().unwrap();
    copy(&image_folder(), folder.path());
    let lab = Lab::with(|settings| {
        settings.image_folder = folder.path().to_owned();
        settings.warm = 2;
    })
    .await;
    let before = images_of(&lab.owner).await.remove(0);

    lab.pool.refresh();
    lab.assert_honest_run_passes().await;
    until(
        "the same image serves",
        Duration::from_secs(60),
        async || images_of(&lab.owner).await == [before.as_str(), before.as_str()],
    )
    .await;

    fs::write(folder.path().join("python/a_note.txt"), "changed by a test").unwrap();
    lab.pool.refresh();
    until(
        "only the new image serves",
        Duration::from_secs(120),
        async || {
            let images = images_of(&lab.owner).await;
            images.len() == 2 && images.iter().all(|image| *image != before)
        },
    )
    .await;
    lab.assert_honest_run_passes().await;
    let after = images_of(&lab.owner).await.remove(0);
    lab.close().await;
    let options = RemoveImageOptions {
        force: true,
        ..RemoveImageOptions::default()
    };
    engine()
        .remove_image(&after, Some(options), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_folder_without_a_dockerfile_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::not_ready_yet(|settings| settings.image_folder = folder.path().to_owned());
    let fault = lab
        .pool
        .ready()
        .await
        .expect_err("there is nothing to build");
    assert!(fault.to_string().contains("image"), "{fault}");
    lab.close().await;
}

#[tokio::test]
async fn a_build_that_fails_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let dockerfile =
        "ARG BASE\nFROM ${BASE}\nRUN [\"python3.11\", \"-c\", \"print('on purpose'); 1 / 0\"]\n";
    fs::create_dir(folder.path().join("judge")).unwrap();
    fs::write(folder.path().join("judge/Dockerfile"), dockerfile).unwrap();
    let lab = Lab::not_ready_yet(|settings| settings.image_folder = folder.path().to_owned());
    let fault = lab
        .pool
        .ready()
        .await
        .expect_err("the build fails")
        .to_string();
    assert!(
        fault.contains("on purpose") && fault.contains("ZeroDivisionError"),
        "{fault}"
    );
    lab.close().await;
}
