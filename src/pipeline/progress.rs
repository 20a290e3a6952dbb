//! What a run tells while it works.

/// How far a table of records is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    pub n_records: u64,
    pub n_rejected: u64,
    /// Bytes read from the disk; 0 where the reader cannot tell.
    pub n_bytes: u64,
}

/// What a run tells while it works; a terminal shows it, a test ignores it.
pub trait Progress: Sync {
    fn stage(&self, _name: &str) {}
    /// Says how many bytes all tables have that are to be read.
    fn to_read(&self, _n_bytes: u64) {}
    fn records(&self, _table: &str, _reading: Reading) {}
    /// Says that a table is read; its bytes are now those that it has.
    fn table_done(&self, _table: &str, _reading: Reading) {}
}
