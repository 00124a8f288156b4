//! T-04: the requests for containers equal files that a person has reviewed.

use super::*;

/// Changing a limit changes these files too, and so shows in review.
const GOLDEN: [(Role, &str); 2] = [
    (Role::Judge, include_str!("golden/judge.json")),
    (Role::Learner, include_str!("golden/learner.json")),
];

#[test]
fn the_restrictions_are_those_of_the_golden_files() {
    for (role, golden) in GOLDEN {
        let (folder, network) = match role {
            Role::Judge => ("judge", Network::Own),
            Role::Learner => ("python", Network::Of("codealong-judge")),
        };
        let identity = Identity::nth(7);
        // The profile is a reviewed file too; its path replaces its text.
        let seccomp = format!("runner-image/{folder}/seccomp.json");
        let config = host_config(role, network, identity, &seccomp, None, true);
        let labels = HashMap::from([("codealong.owner".to_owned(), "golden".to_owned())]);
        let image = format!("codealong-{folder}:golden");
        let container = container(role, network, &image, identity, labels, config);
        let found = serde_json::to_value(&container).unwrap();
        let golden: serde_json::Value = serde_json::from_str(golden).unwrap();
        assert_eq!(
            found,
            golden,
            "{role:?}: the golden file should be:\n{}",
            serde_json::to_string_pretty(&found).unwrap()
        );
    }
}

#[test]
fn identities_are_numbers_that_no_account_has() {
    for number in [0, 1, 39_999, 40_000, u32::MAX] {
        let Identity { id } = Identity::nth(number);
        assert!((20_000..60_000).contains(&id), "{number} gave {id}");
    }
    assert_ne!(Identity::nth(1), Identity::nth(2));
}
