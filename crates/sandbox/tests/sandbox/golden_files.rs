//! What the engine makes of a container's settings.

use bollard::models::HostConfig;
use sandbox::Role;

use crate::lab::{Lab, containers_in_role, engine, image_folder};

/// T-04 and T-10: what the engine reports of a container is what the golden file says, and there is
/// no log of it.
#[tokio::test]
async fn the_engine_set_what_the_golden_files_say() {
    let lab = Lab::small().await;
    for (role, folder, golden) in [
        (
            Role::Judge,
            "judge",
            include_str!("../../src/limits/golden/judge.json"),
        ),
        (
            Role::Learner,
            "python",
            include_str!("../../src/limits/golden/learner.json"),
        ),
    ] {
        let golden: serde_json::Value = serde_json::from_str(golden).unwrap();
        let name = containers_in_role(&lab.owner, role).await.remove(0);
        let found = engine().inspect_container(&name, None).await.unwrap();
        assert_eq!(found.log_path.unwrap_or_default(), "");
        let config: HostConfig = found.host_config.unwrap();
        let seen = serde_json::to_value(config).unwrap();
        for (key, expected) in golden["HostConfig"].as_object().unwrap() {
            match key.as_str() {
                // It contains the container's own user.
                "Tmpfs" => {
                    for (path, options) in expected.as_object().unwrap() {
                        let fixed =
                            |options: &str| options.split(",uid=").next().unwrap().to_owned();
                        let options = fixed(options.as_str().unwrap());
                        let seen = fixed(seen[key][path].as_str().unwrap());
                        assert_eq!(seen, options, "{path}");
                    }
                }
                // It contains the judge's name.
                "NetworkMode" if role == Role::Learner => {
                    let network = seen[key].as_str().unwrap();
                    assert!(network.starts_with("container:"), "{network}");
                }
                // The golden file has the profile's path in place of its text.
                "SecurityOpt" => {
                    let path = format!("{folder}/seccomp.json");
                    let profile = std::fs::read_to_string(image_folder().join(&path));
                    let mut expected = expected.clone();
                    assert_eq!(expected[1], format!("seccomp=runner-image/{path}"));
                    expected[1] = format!("seccomp={}", profile.unwrap()).into();
                    assert_eq!(seen[key], expected, "{key}");
                }
                "LogConfig" => assert_eq!(seen[key]["Type"], "none"),
                _ => assert_eq!(&seen[key], expected, "{key}"),
            }
        }
        for key in ["Binds", "Mounts", "Devices", "VolumesFrom", "PortBindings"] {
            let nothing = seen[key].is_null()
                || seen[key].as_array().is_some_and(Vec::is_empty)
                || seen[key].as_object().is_some_and(serde_json::Map::is_empty);
            assert!(nothing, "{key}: {}", seen[key]);
        }
    }
    lab.close().await;
}
