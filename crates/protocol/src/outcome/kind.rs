//! What kinds of outcome there are, by name.

use super::{Disagreement, FileFault, Outcome};

impl Outcome {
    /// The kind as written in JSON and in `step.toml`, as in `wrong-type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused { .. } => "refused",
            Self::Exited { .. } => "exited",
            Self::SyntaxError { .. } => "syntax-error",
            Self::OtherPort { .. } => "other-port",
            Self::Ipv6Only { .. } => "ipv6-only",
            Self::Silent { .. } => "silent",
            Self::Ended { .. } => "ended",
            Self::Closed { .. } => "closed",
            Self::Reset { .. } => "reset",
            Self::Incomplete { .. } => "incomplete",
            Self::InvalidByte { .. } => "invalid-byte",
            Self::WrongType { .. } => "wrong-type",
            Self::WrongValue { .. } => "wrong-value",
            Self::Differs(_) => "differs",
            Self::ExtraBytes { .. } => "extra-bytes",
            Self::Unasked { .. } => "unasked",
            Self::WrongOutput { .. } => "wrong-output",
            Self::WrongFile { .. } => "wrong-file",
            Self::Disagrees { .. } => "disagrees",
            Self::TooSlow { .. } => "too-slow",
            Self::TooEarly { .. } => "too-early",
            Self::Crashed { .. } => "crashed",
            Self::Stopped { .. } => "stopped",
            Self::NotEnded { .. } => "not-ended",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::TooManyProcesses { .. } => "too-many-processes",
            Self::TooManySockets { .. } => "too-many-sockets",
            Self::OutputFlood { .. } => "output-flood",
            Self::TimedOut { .. } => "timed-out",
            Self::NotRun => "not-run",
            Self::NotAsked => "not-asked",
            Self::Interfered { .. } => "interfered",
            Self::TestBroken { .. } => "test-broken",
        }
    }

    /// Every kind that [`Outcome::kind`] can return.
    pub const KINDS: [&'static str; 34] = [
        "passed",
        "refused",
        "exited",
        "syntax-error",
        "other-port",
        "ipv6-only",
        "silent",
        "ended",
        "closed",
        "reset",
        "incomplete",
        "invalid-byte",
        "wrong-type",
        "wrong-value",
        "differs",
        "extra-bytes",
        "unasked",
        "wrong-output",
        "wrong-file",
        "disagrees",
        "too-slow",
        "too-early",
        "crashed",
        "stopped",
        "not-ended",
        "out-of-memory",
        "too-many-processes",
        "too-many-sockets",
        "output-flood",
        "timed-out",
        "not-run",
        "not-asked",
        "interfered",
        "test-broken",
    ];

    /// The fault as written in JSON and in `step.toml`, as in `absent`, where the kind has several.
    pub fn fault(&self) -> Option<&'static str> {
        match self {
            Self::WrongFile { fault, .. } => Some(match fault {
                FileFault::Absent { .. } => "absent",
                FileFault::NoFile { .. } => "no-file",
                FileFault::NoFolder { .. } => "no-folder",
                FileFault::TooShort { .. } => "too-short",
                FileFault::Refused { .. } => "refused",
                FileFault::TooLarge { .. } => "too-large",
                FileFault::Differs { .. } => "differs",
            }),
            Self::Disagrees { fault, .. } => Some(match fault {
                Disagreement::NotRead { .. } => "not-read",
                Disagreement::TooLarge { .. } => "too-large",
                Disagreement::Lost { .. } => "lost",
                Disagreement::Answered { .. } => "answered",
            }),
            _ => None,
        }
    }

    /// For each kind of which it can return something, all that [`Outcome::fault`] can return.
    pub const FAULTS: [(&'static str, &'static [&'static str]); 2] = [
        (
            "wrong-file",
            &[
                "absent",
                "no-file",
                "no-folder",
                "too-short",
                "refused",
                "too-large",
                "differs",
            ],
        ),
        ("disagrees", &["not-read", "too-large", "lost", "answered"]),
    ];
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::{Disagreement, FileFault, Outcome};

    fn fault_of(kind: &str, mut fault: Value) -> Option<&'static str> {
        let comparison = json!({
            "expected": "", "expected_is_prefix": false, "received": "", "cut_bytes": 0, "offset": 0
        });
        if fault["what"] == "differs" {
            fault["content"] = comparison;
        } else if fault["what"] == "answered" {
            fault["reply"] = comparison;
            let bytes = json!({"bytes": {"bytes": "", "cut_bytes": 0}});
            (fault["expected"], fault["received"]) = (bytes.clone(), bytes);
        }
        let outcome = json!({"kind": kind, "file": "a", "files": [], "fault": fault});
        let outcome: Outcome = serde_json::from_value(outcome).unwrap();
        assert_eq!(outcome.kind(), kind);
        outcome.fault()
    }

    /// The names that serde knows, in its own complaint about another one.
    fn known_to_serde<T: DeserializeOwned>() -> Vec<String> {
        let unknown = json!({"what": "?"});
        let Err(error) = serde_json::from_value::<T>(unknown) else {
            panic!("it has a fault called `?`");
        };
        let complaint = error.to_string();
        let names = complaint.split('`').skip(3).step_by(2);
        names.map(str::to_owned).collect()
    }

    #[test]
    fn each_fault_has_a_name_for_authors() {
        let known = [
            known_to_serde::<FileFault>(),
            known_to_serde::<Disagreement>(),
        ];
        for ((kind, faults), known) in Outcome::FAULTS.into_iter().zip(known) {
            assert_eq!(known, faults, "{kind}");
        }
    }

    #[test]
    fn each_fault_is_called_as_in_json() {
        for (kind, faults) in Outcome::FAULTS {
            for &name in faults {
                let fault = json!({
                    "what": name, "names": [], "type": "folder", "folder": "a", "bytes": 1,
                    "at_least_bytes": 2, "error": "a", "limit_kib": 1, "said": null
                });
                assert_eq!(fault_of(kind, fault), Some(name), "{kind}");
            }
        }
    }
}
