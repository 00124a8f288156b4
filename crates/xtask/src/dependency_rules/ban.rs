//! Packages that must not come in, not even as a dependency's dependency.

use super::package::PackageInfo;

/// Each with its reason.
const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", NEEDS_OPENSSL),
    ("native-tls", NEEDS_OPENSSL),
    (
        "onig_sys",
        "it builds a C library, where syntect also has a regex engine in Rust",
    ),
];

const NEEDS_OPENSSL: &str = "it needs OpenSSL's headers, where `codealong test` speaks HTTPS by rustls, and nothing else does";

pub(super) fn no_package_is_banned(packages: &[PackageInfo]) -> Vec<String> {
    let violation = |package: &PackageInfo| {
        let PackageInfo { name, version, .. } = package;
        let (_, reason) = BANNED.iter().find(|(banned, _)| banned == name)?;
        Some(format!(
            "{name} {version} is banned, because {reason}: `cargo tree --workspace --target all -i {name}@{version}` shows the way"
        ))
    };
    packages.iter().filter_map(violation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_banned_package_is_named_with_the_reason() {
        let package = |name| PackageInfo::from_crates_io(name, "MIT");
        assert!(no_package_is_banned(&[package("openssl-probe"), package("axum")]).is_empty());
        let violations = no_package_is_banned(&[package("axum"), package("onig_sys")]);
        let [violation] = violations.as_slice() else {
            panic!("one violation: {violations:?}");
        };
        assert!(
            violation.starts_with(
                "onig_sys 1.2.3 is banned, because it builds a C library, \
                 where syntect also has a regex engine in Rust: `cargo tree"
            ),
            "{violation}"
        );
    }
}
