//! The addresses of the built site's files, whose names carry a hash of their content.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use leptos::config::LeptosOptions;

use crate::base_path::address_of;

/// What the site's build writes: the hashed name of each file that has one, by its plain name. It is
/// absent where cargo-leptos has built the site.
const NAMES: &str = "names.json";

/// The addresses of the site's files. A copy is cheap.
#[derive(Debug, Clone)]
pub struct SiteFiles(Arc<Addresses>);

#[derive(Debug)]
struct Addresses {
    package: String,
    output_name: String,
    hashed: BTreeMap<String, String>,
    immutable: BTreeSet<String>,
}

/// Why the names of the site's files can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SiteFilesError {
    /// The file is there and can't be read.
    #[error("the site's {NAMES} can't be read")]
    Unreadable {
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file isn't a table of names.
    #[error("the site's {NAMES} isn't a table of names; build the site again")]
    Invalid {
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl SiteFiles {
    /// The files by their plain names, as cargo-leptos leaves them.
    pub fn plain(options: &LeptosOptions) -> Self {
        Self::new(options, BTreeMap::new())
    }

    /// The files of the built site. Where no file has a hashed name, their plain names.
    pub fn read(options: &LeptosOptions) -> Result<Self, SiteFilesError> {
        let text = match std::fs::read_to_string(Path::new(&*options.site_root).join(NAMES)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::plain(options));
            }
            Err(source) => return Err(SiteFilesError::Unreadable { source }),
        };
        serde_json::from_str(&text)
            .map(|hashed| Self::new(options, hashed))
            .map_err(|source| SiteFilesError::Invalid { source })
    }

    fn new(options: &LeptosOptions, hashed: BTreeMap<String, String>) -> Self {
        Self(Arc::new(Addresses {
            package: format!("/{}", options.site_pkg_dir),
            output_name: options.output_name.to_string(),
            immutable: hashed.values().cloned().collect(),
            hashed,
        }))
    }

    /// Whether what is at this address never changes.
    pub fn is_immutable(&self, path: &str) -> bool {
        self.0.immutable.contains(path)
    }

    pub(crate) fn style(&self) -> String {
        self.of_package(&format!("{}.css", self.0.output_name))
    }

    /// The app, compiled.
    pub(crate) fn wasm(&self) -> String {
        self.of_package(&format!("{}.wasm", self.0.output_name))
    }

    /// The JavaScript that wasm-bindgen made for it.
    pub(crate) fn script(&self) -> String {
        self.of_package(&format!("{}.js", self.0.output_name))
    }

    /// The wasm of [`OverviewApp`](crate::OverviewApp), and its JavaScript; absent where cargo-leptos
    /// has built the site.
    pub(crate) fn overview(&self) -> Option<(String, String)> {
        let found = |ending| {
            let plain = format!("{}/overview.{ending}", self.0.package);
            self.0.hashed.get(&plain).map(|path| address_of(path))
        };
        Some((found("wasm")?, found("js")?))
    }

    /// Monaco.
    pub(crate) fn editor(&self) -> String {
        self.of_package("monaco/editor.js")
    }

    /// The font of Monaco's icons.
    pub(crate) fn editor_icons(&self) -> String {
        self.of_package("monaco/codicon.ttf")
    }

    /// What Monaco runs beside the page.
    pub(crate) fn editor_worker(&self) -> String {
        self.of_package("monaco/editor.worker.js")
    }

    fn of_package(&self, name: &str) -> String {
        let plain = format!("{}/{name}", self.0.package);
        address_of(self.0.hashed.get(&plain).unwrap_or(&plain))
    }
}
