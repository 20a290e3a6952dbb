//! Bytes that are counted while they are read, and a stream that may not grow as no records do.
//!
//! In: a source of bytes. Out: the same bytes, or the end of a stream that grows too much.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The disk is read in pieces of this size.
pub const BUFFER_BYTES: usize = 256 << 10;
/// Records shrink to a tenth, repetitive ones to a fiftieth; a stream that grows by more than this …
pub const MAX_RATIO: u64 = 250;
/// … is refused once so many bytes have come out of it.
pub const RATIO_APPLIES_FROM: u64 = 64 << 20;

/// Counts what is read from a source.
pub struct Counted<R> {
    pub source: R,
    pub n_read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.source.read(buffer)?;
        self.n_read.fetch_add(n_bytes as u64, Ordering::Relaxed);
        Ok(n_bytes)
    }
}

/// Ends a stream that grows too much.
pub struct Bounded {
    source: Box<dyn Read + Send>,
    n_read: Arc<AtomicU64>,
    n_out: u64,
}

impl Bounded {
    /// Holds what comes out of `source` against `n_read`, the bytes that were read from the disk for it.
    pub fn new(source: Box<dyn Read + Send>, n_read: Arc<AtomicU64>) -> Self {
        Bounded { source, n_read, n_out: 0 }
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.source.read(buffer)?;
        self.n_out += n_bytes as u64;
        if self.n_out > RATIO_APPLIES_FROM && self.n_out / MAX_RATIO > self.n_read.load(Ordering::Relaxed) {
            return Err(io::Error::other(GrowsTooMuch));
        }
        Ok(n_bytes)
    }
}

/// Why a stream was ended.
#[derive(Debug, thiserror::Error)]
#[error("the stream grows too much")]
pub struct GrowsTooMuch;
