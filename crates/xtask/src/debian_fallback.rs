//! Fallbacks from Debian's packages, for machines that reach package registries only, such as CI.
//!
//! The modules beside this one try the ordinary way first (`rustup target add`, a running Docker
//! engine, `docker pull`, Playwright's download) and come here only where it fails or a program is
//! missing. A connected machine with rustup, Docker, Node, Python and Redis runs nothing in here.

pub(crate) mod dockerd;
pub(crate) mod judge_image;
pub(crate) mod packages;
pub(crate) mod pip;
pub(crate) mod python_image;
pub(crate) mod system_compiler;
pub(crate) mod system_toolchain;

mod built_std;
mod root_filesystem;
