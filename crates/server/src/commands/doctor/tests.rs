//! Each kind of finding, and that a machine's problems are told with what mends them.

use std::os::unix::net::UnixListener;

use leptos::config::errors::LeptosConfigError;

use super::*;

fn survey() -> EngineSurvey {
    EngineSurvey {
        engine: "27.3.1".to_owned(),
        runc: Some("1.3.3".to_owned()),
        is_runc_old: false,
        cgroup_version: Some(2),
        missing_limits: Vec::new(),
        has_seccomp: true,
        kernel: "6.1.0".to_owned(),
        architecture: "x86_64".to_owned(),
        processors: 2,
        memory_bytes: 8 << 30,
        runtimes: vec!["runc".to_owned()],
        base_image: "python:3.11-slim".to_owned(),
        has_base_image: true,
        has_lane_images: true,
    }
}

fn problems(survey: &EngineSurvey, settings: &SandboxSettings) -> Vec<String> {
    let findings = of_survey(survey, settings);
    let problems = findings.iter().filter(|it| it.is_problem());
    problems.map(ToString::to_string).collect()
}

#[test]
fn an_engine_that_has_all_has_no_problem() {
    let findings = of_survey(&survey(), &SandboxSettings::default());
    for finding in findings {
        assert!(finding.to_string().starts_with("ok "), "{finding}");
    }
}

#[test]
fn what_an_engine_lacks_is_told_with_what_mends_it() {
    let whole = survey();
    let of = |survey: EngineSurvey| problems(&survey, &SandboxSettings::default());
    for (lacking, part) in [
        (
            EngineSurvey {
                engine: "19.3.0".to_owned(),
                ..whole.clone()
            },
            "too old",
        ),
        (
            EngineSurvey {
                missing_limits: vec!["memory", "swap"],
                ..whole.clone()
            },
            "don't limit: memory, swap",
        ),
        (
            EngineSurvey {
                has_seccomp: false,
                ..whole.clone()
            },
            "seccomp",
        ),
        (
            EngineSurvey {
                architecture: "riscv64".to_owned(),
                ..whole.clone()
            },
            "riscv64",
        ),
    ] {
        let found = of(lacking);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(part), "{found:?}");
    }
    let chosen = SandboxSettings {
        runtime: Some("runsc".to_owned()),
        ..SandboxSettings::default()
    };
    assert!(problems(&whole, &chosen)[0].contains("takes one of: runc"));
}

#[test]
fn an_old_runc_and_a_missing_base_image_are_warnings() {
    let survey = EngineSurvey {
        is_runc_old: true,
        has_base_image: false,
        has_lane_images: false,
        ..survey()
    };
    let findings = of_survey(&survey, &SandboxSettings::default());
    let is_warning = |finding: &&Finding| finding.to_string().starts_with("warning");
    assert_eq!(
        findings.iter().filter(is_warning).count(),
        3,
        "{findings:?}"
    );
}

#[test]
fn a_socket_that_is_not_there_and_one_that_nobody_serves_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let path = path.to_str().unwrap();
    let found = socket_problem(path).unwrap().to_string();
    assert!(found.contains("there is no socket"), "{found}");
    let listener = UnixListener::bind(path).unwrap();
    assert_eq!(socket_problem(path), None);
    drop(listener);
    let found = socket_problem(path).unwrap().to_string();
    assert!(found.contains("nobody listens"), "{found}");
}

#[test]
fn an_address_that_is_taken_is_a_warning() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap();
    let found = address(taken, "CODEALONG_ADDRESS").to_string();
    assert!(found.contains("is taken (CODEALONG_ADDRESS)"), "{found}");
    drop(listener);
    let found = address(taken, "CODEALONG_ADDRESS").to_string();
    assert!(found.starts_with("ok"), "{found}");
}

#[test]
fn courses_that_are_not_there_are_a_problem() {
    let found = courses(Path::new("/nowhere"));
    assert!(found.is_problem(), "{found}");
    let own = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../curriculum"));
    let found = courses(own).to_string();
    assert!(
        found.starts_with("ok") && found.contains("redis"),
        "{found}"
    );
}

#[test]
fn a_clock_that_is_before_the_program_is_wrong() {
    let now = SystemTime::now();
    let later = now + std::time::Duration::from_secs(3600);
    assert!(clock(now, Some(later)).is_problem());
    assert!(!clock(later, Some(now)).is_problem());
    assert!(!clock(now, None).is_problem());
}

#[test]
fn options_that_cant_be_read_are_told_with_the_reason() {
    let missing = SiteError::Missing {
        folder: "/tmp".to_owned(),
    };
    assert!(
        site(Err(&missing))
            .to_string()
            .contains("no Leptos.toml in /tmp")
    );
    let source = LeptosConfigError::EnvVarError("site-addr is foo".to_owned());
    let told = site(Err(&SiteError::Options { source })).to_string();
    assert!(told.contains("site-addr is foo"), "{told}");
    assert!(told.contains("mend the file"), "{told}");
}
