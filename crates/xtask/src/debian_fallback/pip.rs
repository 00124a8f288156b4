//! pip, which a Python of Debian's packages comes without.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::packages;
use crate::command::{self, HOUR};
use crate::screen::Screen;

/// Installs it for Debian's Python, where this one has none.
pub(crate) fn ensure(screen: &Screen, title: &'static str, python: &Path) -> Result<()> {
    let mut probe = Command::new(python);
    probe.args(["-m", "pip", "--version"]);
    if command::output(&mut probe, HOUR).is_ok() {
        return Ok(());
    }
    packages::install(screen, title, &packages::PIP)
}
