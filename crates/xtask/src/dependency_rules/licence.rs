//! Each package has a licence that lets the project be built with it and passed on.

use spdx::{Expression, ParseMode};

use super::package::PackageInfo;

/// Permissive licences. One that no package needs any more leaves the list.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "Unicode-3.0",
    "Zlib",
];

/// Packages with another licence. The Mozilla one asks for the source of the files under it, and of
/// no others; these are built as crates.io has them, because `ammonia` needs them.
const EXCEPTIONS: &[(&str, &str)] = &[("cssparser", "MPL-2.0"), ("dtoa-short", "MPL-2.0")];

pub(super) fn violations(packages: &[PackageInfo]) -> Vec<String> {
    let mut violations = packages_have_an_allowed_licence(packages, ALLOWED, EXCEPTIONS);
    violations.extend(no_licence_is_allowed_in_vain(packages, ALLOWED, EXCEPTIONS));
    violations
}

fn packages_have_an_allowed_licence(
    packages: &[PackageInfo],
    allowed: &[&str],
    exceptions: &[(&str, &str)],
) -> Vec<String> {
    let violation = |package: &PackageInfo| {
        let PackageInfo { name, version, .. } = package;
        let Some(licence) = &package.licence else {
            return Some(format!("{name} {version} names no licence"));
        };
        // Old manifests write `MIT/Apache-2.0`.
        let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
            return Some(format!(
                "the licence of {name} {version} is no SPDX expression: {licence}"
            ));
        };
        let is_allowed = expression.evaluate(|licence| {
            let licence = licence.to_string();
            allowed.contains(&licence.as_str())
                || exceptions.contains(&(name.as_str(), licence.as_str()))
        });
        (!is_allowed).then(|| format!("the licence of {name} {version} is not allowed: {licence}"))
    };
    packages.iter().filter_map(violation).collect()
}

fn no_licence_is_allowed_in_vain(
    packages: &[PackageInfo],
    allowed: &[&str],
    exceptions: &[(&str, &str)],
) -> Vec<String> {
    let violations = |allowed: &[&str], exceptions: &[(&str, &str)]| {
        packages_have_an_allowed_licence(packages, allowed, exceptions).len()
    };
    let found = violations(allowed, exceptions);
    let licences = allowed.iter().filter(|licence| {
        let others = without(allowed, licence);
        violations(&others, exceptions) == found
    });
    let licences =
        licences.map(|licence| format!("no package needs the allowed licence {licence}"));
    let packages = exceptions.iter().filter(|exception| {
        let others = without(exceptions, exception);
        violations(allowed, &others) == found
    });
    let packages = packages
        .map(|(name, licence)| format!("{name} needs no exception for the licence {licence}"));
    licences.chain(packages).collect()
}

fn without<T: Copy + PartialEq>(list: &[T], left_out: &T) -> Vec<T> {
    let others = list.iter().filter(|entry| *entry != left_out);
    others.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(licence: &str) -> Vec<String> {
        let package = PackageInfo::from_crates_io("some", licence);
        packages_have_an_allowed_licence(&[package], &["MIT", "Zlib"], &[("some", "MPL-2.0")])
    }

    #[test]
    fn an_expression_is_allowed_by_the_licences_that_satisfy_it() {
        for licence in [
            "MIT",
            "GPL-3.0-only OR MIT",
            "GPL-3.0-only/MIT",
            "GPL-3.0-only / MIT",
            "MIT AND Zlib",
            "(GPL-3.0-only OR MIT) AND Zlib",
            "Apache-2.0 WITH LLVM-exception OR Zlib",
            "MPL-2.0",
        ] {
            assert_eq!(check(licence), [""; 0], "{licence}");
        }
        for licence in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "(MIT OR Zlib) AND GPL-3.0-only",
            "MIT WITH LLVM-exception",
        ] {
            assert_eq!(
                check(licence),
                [format!(
                    "the licence of some 1.2.3 is not allowed: {licence}"
                )]
            );
        }
    }

    #[test]
    fn an_exception_is_for_its_package_only() {
        let package = PackageInfo::from_crates_io("other", "MPL-2.0");
        assert_eq!(
            packages_have_an_allowed_licence(&[package], &["MIT"], &[("some", "MPL-2.0")]),
            ["the licence of other 1.2.3 is not allowed: MPL-2.0"]
        );
    }

    #[test]
    fn a_licence_that_cant_be_read_is_not_allowed() {
        assert_eq!(
            check("MIT or so"),
            ["the licence of some 1.2.3 is no SPDX expression: MIT or so"]
        );
        let mut package = PackageInfo::from_crates_io("some", "");
        package.licence = None;
        assert_eq!(
            packages_have_an_allowed_licence(&[package], &["MIT"], &[]),
            ["some 1.2.3 names no licence"]
        );
    }

    #[test]
    fn what_no_package_needs_leaves_the_lists() {
        let packages = [
            PackageInfo::from_crates_io("some", "MIT OR Zlib"),
            PackageInfo::from_crates_io("other", "MIT"),
        ];
        assert_eq!(
            no_licence_is_allowed_in_vain(&packages, &["MIT", "Zlib"], &[("some", "MPL-2.0")]),
            [
                "no package needs the allowed licence Zlib",
                "some needs no exception for the licence MPL-2.0"
            ]
        );
    }
}
