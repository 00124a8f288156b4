//! Files compressed when the site is built, so that no request waits for it.

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow};
use compression::{CompressionLevel, brotli, gzip};

/// Writes a `.br` and a `.gz` beside each file, all at the same time.
pub(crate) fn write_beside(
    files: &[impl AsRef<Path> + Sync],
    level: CompressionLevel,
) -> Result<()> {
    thread::scope(|scope| {
        let threads: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(move || write_beside_one(file.as_ref(), level)))
            .collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .map_err(|_| anyhow!("the compression of a file panicked"))?
        })
    })
}

fn write_beside_one(file: &Path, level: CompressionLevel) -> Result<()> {
    let content = fs::read(file)?;
    for (ending, compressed) in [
        ("br", brotli(&content, level)?),
        ("gz", gzip(&content, level)?),
    ] {
        let mut beside = file.as_os_str().to_owned();
        beside.push(format!(".{ending}"));
        fs::write(&beside, compressed)
            .with_context(|| format!("{} can't be written", beside.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use compression::{unpacked_brotli, unpacked_gzip};

    use super::*;

    #[test]
    fn a_file_is_compressed_in_both_ways_beside_it() {
        let folder = std::env::temp_dir().join(format!("codealong-br-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("one.js");
        let content = "once and again, ".repeat(1000);
        fs::write(&file, &content).unwrap();
        for level in [CompressionLevel::Quick, CompressionLevel::Thorough] {
            write_beside(&[&file], level).unwrap();
            let read = |name: &str| fs::read(folder.join(name)).unwrap();
            let (br, gz) = (read("one.js.br"), read("one.js.gz"));
            assert!(br.len() < gz.len() && gz.len() < 200, "{br:?} {gz:?}");
            assert_eq!(unpacked_brotli(&br).unwrap(), content.as_bytes());
            assert_eq!(unpacked_gzip(&gz).unwrap(), content.as_bytes());
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
