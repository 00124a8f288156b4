//! T-04: what a container is created with equals a file that a person read.

use super::*;

/// Changing a limit changes this file too, and so is seen in review.
const GOLDEN: &str = include_str!("golden.json");

#[test]
fn the_restrictions_are_those_of_the_golden_file() {
    // The profile is a file that a person reads too; here stands where it is.
    let config = host_config(Identity::nth(7), "runner-image/seccomp.json", None);
    let labels = HashMap::from([("codealong.owner".to_owned(), "golden".to_owned())]);
    let container = container("codealong-runner:golden", Identity::nth(7), labels, config);
    let found = serde_json::to_value(&container).unwrap();
    let golden: serde_json::Value = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(
        found,
        golden,
        "golden.json should be:\n{}",
        serde_json::to_string_pretty(&found).unwrap()
    );
}

#[test]
fn identities_are_numbers_that_no_account_has() {
    for number in [0, 1, 39_999, 40_000, u32::MAX] {
        let Identity { id } = Identity::nth(number);
        assert!((20_000..60_000).contains(&id), "{number} gave {id}");
    }
    assert_ne!(Identity::nth(1), Identity::nth(2));
}
