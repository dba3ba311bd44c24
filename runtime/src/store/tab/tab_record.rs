//! Defines [`TabRecord`], one tab's copy of the session, and decides which of two copies is newer.

/// A record with its revision. The default value represents a tab that has not received a session yet.
#[derive(Clone, Default)]
pub(super) struct TabRecord {
    pub(super) revision: u64,
    /// Identifies the write. Without Web Locks, two tabs can write records with the same revision. If two records have
    /// the same revision, all tabs keep the record with the greater writer number.
    pub(super) writer: u64,
    pub(super) record: Vec<u8>,
}

impl TabRecord {
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        (self.revision, self.writer) > (other.revision, other.writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(revision: u64, writer: u64) -> TabRecord {
        TabRecord { revision, writer, record: Vec::new() }
    }

    #[test]
    fn a_record_with_an_older_revision_or_the_same_write_is_not_newer() {
        assert!(record(8, 1).is_newer_than(&record(7, 9)));
        assert!(!record(7, 9).is_newer_than(&record(8, 1)));
        assert!(!record(7, 9).is_newer_than(&record(7, 9)));
    }

    #[test]
    fn of_two_records_with_the_same_revision_all_tabs_keep_the_same_one() {
        assert!(record(7, 2).is_newer_than(&record(7, 1)) && !record(7, 1).is_newer_than(&record(7, 2)));
    }
}
