//! The images follow their directory.

use std::fs;
use std::path::Path;

use bollard::query_parameters::RemoveImageOptions;
use sandbox::Role;

use crate::lab::{Lab, containers_in_role, engine, image_folder};

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

async fn image_of(owner: &str) -> String {
    let learners = containers_in_role(owner, Role::Learner).await;
    let found = engine().inspect_container(&learners[0], None).await;
    found.unwrap().config.unwrap().image.unwrap()
}

#[tokio::test]
async fn the_image_of_a_changed_launcher_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    copy(&image_folder(), folder.path());
    let image = async || {
        let lab = Lab::with(|settings| {
            settings.image_folder = folder.path().to_owned();
            settings.warm = 1;
        })
        .await;
        let image = image_of(&lab.owner).await;
        lab.assert_honest_run_passes().await;
        lab.close().await;
        image
    };
    let before = image().await;
    assert_eq!(image().await, before);
    fs::write(folder.path().join("python/a_note.txt"), "changed by a test").unwrap();
    let after = image().await;
    assert_ne!(after, before);
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
    // The base of it is found, not built.
    copy(
        &image_folder().join("judge-base"),
        &folder.path().join("judge-base"),
    );
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
