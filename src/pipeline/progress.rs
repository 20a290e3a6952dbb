//! What a run tells while it works.

/// What a run tells while it works; a terminal shows it, a test ignores it.
pub trait Progress: Sync {
    fn stage(&self, _name: &str) {}
    fn records(&self, _file: &str, _n_read: u64, _n_rejected: u64) {}
    fn file_done(&self, _file: &str, _n_read: u64, _n_rejected: u64) {}
}
