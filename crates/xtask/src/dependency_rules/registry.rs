//! Packages come from crates.io, where a version that is published stays what it is.

use super::package::{Origin, PackageInfo};

pub(super) fn packages_come_from_crates_io(packages: &[PackageInfo]) -> Vec<String> {
    let violation = |package: &PackageInfo| match &package.origin {
        Origin::Workspace | Origin::CratesIo => None,
        Origin::Elsewhere(place) => Some(format!(
            "{} {} must come from crates.io, and comes from {place}",
            package.name, package.version
        )),
    };
    packages.iter().filter_map(violation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_comes_from_crates_io_or_is_a_crate_of_the_workspace() {
        let mut package = PackageInfo::from_crates_io("serde", "MIT");
        assert!(packages_come_from_crates_io(std::slice::from_ref(&package)).is_empty());
        package.origin = Origin::Workspace;
        assert!(packages_come_from_crates_io(std::slice::from_ref(&package)).is_empty());
        package.origin = Origin::Elsewhere("git+https://example.org/serde".to_owned());
        assert_eq!(
            packages_come_from_crates_io(&[package]),
            ["serde 1.2.3 must come from crates.io, and comes from git+https://example.org/serde"]
        );
    }
}
