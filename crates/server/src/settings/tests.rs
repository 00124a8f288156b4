//! Settings from variables: defaults, bad ones by name, two servers on one machine.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<ServerSettings, SettingsError> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let machine = Machine {
        processors: 2,
        memory_bytes: 8 << 30,
    };
    ServerSettings::read_on(machine, variables.iter().map(owned))
}

#[test]
fn absent_variables_have_defaults_and_foreign_ones_are_left_alone() {
    let settings = read(&[("PATH", "/bin"), ("CODEALONG_OWNER", "")]).unwrap();
    let default = SandboxSettings {
        queue_max: 64,
        sessions_max: 7,
        lanes_max: 9 + 7,
        wait_max: Duration::from_secs(20),
        ..SandboxSettings::default()
    };
    assert_eq!(settings.sandbox, default);
    assert_eq!(settings.address, None);
}

#[test]
fn every_bad_variable_is_named_with_what_it_should_be() {
    let error = read(&[
        ("CODEALONG_ADDRESS", "localhost"),
        ("CODEALONG_WARM", "many"),
        ("CODEALONG_RUNNING_MAX", "0"),
        ("CODEALONG_WRAM", "4"),
        ("CODEALONG_OWNER", "a b"),
        ("CODEALONG_HOSTS", "https://learn.example.org"),
        ("CODEALONG_TRUSTED_PROXIES", "10.0.0.0/8, nginx"),
        ("CODEALONG_BASE_PATH", "learn here"),
        ("CODEALONG_FRAME_ANCESTORS", "https://a.org; script-src *"),
        ("CODEALONG_CONNECTIONS_MAX", "0"),
    ])
    .unwrap_err()
    .to_string();
    for part in [
        "CODEALONG_ADDRESS is \"localhost\", which is not an address and a port",
        "CODEALONG_WARM is \"many\", which is not a whole number",
        "CODEALONG_RUNNING_MAX=0",
        "CODEALONG_WRAM isn't a setting",
        "CODEALONG_OWNER=a b",
        "CODEALONG_HOSTS is \"https://learn.example.org\", which is not names",
        "CODEALONG_TRUSTED_PROXIES is \"10.0.0.0/8, nginx\", which is not networks",
        "CODEALONG_BASE_PATH is \"learn here\", which is not a path, as in /learn",
        "CODEALONG_FRAME_ANCESTORS is \"https://a.org; script-src *\", which is not sites",
        "CODEALONG_CONNECTIONS_MAX is \"0\", which is not a whole number from 1",
    ] {
        assert!(error.contains(part), "{part:?} is not in:\n{error}");
    }
}

#[test]
fn every_variable_reaches_its_setting() {
    let settings = read(&[
        ("CODEALONG_ADDRESS", "0.0.0.0:80"),
        ("CODEALONG_RELOAD", "false"),
        ("CODEALONG_WAIT_MAX", "7"),
        ("CODEALONG_RUNNING_MAX", "2"),
        ("CODEALONG_RUNTIME", "runsc"),
        ("CODEALONG_HOSTS", "learn.example.org"),
        ("CODEALONG_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,::1"),
        ("CODEALONG_BASE_PATH", "/learn/"),
        ("CODEALONG_DRAIN", "0"),
        ("CODEALONG_METRICS_ADDRESS", "127.0.0.1:9000"),
    ])
    .unwrap();
    assert_eq!(settings.address.unwrap().port(), 80);
    assert_eq!(settings.reload, Reload::Never);
    assert_eq!(settings.sandbox.wait_max, Duration::from_secs(7));
    assert_eq!(settings.sandbox.running_max, 2);
    assert_eq!(settings.http.hosts, "learn.example.org".parse().unwrap());
    let networks: Vec<String> = settings
        .http
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(networks, ["10.0.0.0/8", "192.0.2.7/32", "::1/128"]);
    assert_eq!(settings.http.base_path.as_str(), "/learn");
    assert_eq!(settings.http.drain, Duration::ZERO);
    assert_eq!(settings.http.metrics_address.unwrap().port(), 9000);
    assert_eq!(settings.sandbox.runtime.as_deref(), Some("runsc"));
}

#[test]
fn more_warm_lanes_need_more_lanes_and_get_them() {
    let settings = read(&[("CODEALONG_WARM", "30")]).unwrap();
    assert_eq!(settings.sandbox.lanes_max, 3 + 30 + 7 + 1 + 1);
    let error = read(&[("CODEALONG_WARM", "30"), ("CODEALONG_LANES_MAX", "9")]).unwrap_err();
    assert!(
        error.to_string().contains("CODEALONG_LANES_MAX=9"),
        "{error}"
    );
}

#[test]
fn two_servers_on_one_machine_have_two_names_unless_one_is_chosen() {
    let addresses = [
        "127.0.0.1:3000",
        "127.0.0.1:3001",
        "127.0.0.2:3000",
        "[::1]:3000",
        "[1111:2222:3333:4444:5555:6666:7777:8888]:30000",
    ]
    .map(|text| text.parse().unwrap());
    let mut unnamed = read(&[]).unwrap();
    for machine in ["codealong-short".to_owned(), "m".repeat(100)] {
        unnamed.sandbox.owner = machine;
        let sandboxes = addresses.map(|address| unnamed.sandbox_at(address));
        for sandbox in &sandboxes {
            assert_eq!(sandbox.check(), [], "{}", sandbox.owner);
        }
        let names: BTreeSet<&str> = sandboxes.iter().map(|it| it.owner.as_str()).collect();
        assert_eq!(names.len(), addresses.len(), "{names:?}");
    }
    let named = read(&[("CODEALONG_OWNER", "mine")]).unwrap();
    assert_eq!(named.sandbox_at(addresses[0]).owner, "mine");
}

#[test]
fn the_table_lists_every_setting() {
    let table = ServerSettings::table();
    assert!(SETTINGS.iter().all(|setting| table.contains(setting.name)));
    assert!(table.contains("LEPTOS_SITE_ROOT"));
}
