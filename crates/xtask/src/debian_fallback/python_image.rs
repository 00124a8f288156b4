//! A Python base image made from Debian's packages, where no image registry can be reached.

use super::root_filesystem;
use crate::screen::Screen;
use anyhow::Result;

/// The `sandbox` crate prefers this image over the one from the registry.
pub(crate) const TAG: &str = "codealong-python-base:3.11";

/// What an interpreter needs, and nothing else.
pub(super) const PACKAGES: &[&str] = &["python3.11", "libpython3.11-stdlib"];

/// Imports a root filesystem that holds an interpreter and nothing else.
pub(crate) fn build(screen: &Screen, title: &'static str) -> Result<()> {
    root_filesystem::import(screen, title, PACKAGES, TAG)
}
