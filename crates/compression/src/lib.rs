//! Brotli and gzip of whole contents.
//!
//! Brotli's code is generic, so it is compiled here, where it is used: this crate is optimised in
//! development too, and what uses it need not be.

use std::io::{self, Read, Write};

use brotli::CompressorWriter;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

const BUFFER_BYTES: usize = 64 * 1024;
/// 4 MiB, more than any file of the site has.
const WINDOW_BITS: u32 = 22;

/// How much time a smaller result may take. Measured on 3 MB of wasm, on one core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompressionLevel {
    /// A second, for what only this machine loads.
    Quick,
    /// A dozen seconds for a tenth less, which each learner downloads.
    Thorough,
}

/// A content for `Content-Encoding: br`.
pub fn brotli(content: &[u8], level: CompressionLevel) -> io::Result<Vec<u8>> {
    let quality = match level {
        CompressionLevel::Quick => 9,
        CompressionLevel::Thorough => 11,
    };
    let mut writer = CompressorWriter::new(Vec::new(), BUFFER_BYTES, quality, WINDOW_BITS);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

/// The content that was compressed by [`brotli()`].
pub fn unpacked_brotli(compressed: &[u8]) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    brotli::Decompressor::new(compressed, BUFFER_BYTES).read_to_end(&mut content)?;
    Ok(content)
}

/// A content for `Content-Encoding: gzip`.
pub fn gzip(content: &[u8], level: CompressionLevel) -> io::Result<Vec<u8>> {
    let level = match level {
        CompressionLevel::Quick => flate2::Compression::default(),
        CompressionLevel::Thorough => flate2::Compression::best(),
    };
    let mut writer = GzEncoder::new(Vec::new(), level);
    writer.write_all(content)?;
    writer.finish()
}

/// The content that was compressed by [`gzip()`].
pub fn unpacked_gzip(compressed: &[u8]) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    GzDecoder::new(compressed).read_to_end(&mut content)?;
    Ok(content)
}
