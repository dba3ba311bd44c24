//! Builds the names of the Web Locks. All versions of this crate use the same lock names, so that two tabs with
//! different versions do not refresh at the same time.

pub(super) fn refresh(store: &str) -> String {
    format!("afresh refresh {store}")
}

/// Returns the name of the lock that a tab holds while it changes the record.
pub(super) fn change(store: &str) -> String {
    format!("afresh change {store}")
}

/// Returns the name of the shared lock that a tab holds while it has the record with revision `revision`.
pub(super) fn revision(store: &str, revision: u64) -> String {
    format!("afresh revision {revision} {store}")
}

/// Parses the revision in the name of a shared lock. Returns `None` if the lock does not belong to this store.
pub(super) fn revision_in(name: &str, store: &str) -> Option<u64> {
    let (revision, of) = name.strip_prefix("afresh revision ")?.split_once(' ')?;
    revision.parse().ok().filter(|_| of == store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_read_from_locks_of_the_same_store_only() {
        assert_eq!(revision_in(&revision("shop", 7), "shop"), Some(7));
        assert_eq!(revision_in(&revision("1 shop", 7), "1 shop"), Some(7));
        for name in [revision("shop", 7), refresh("shop"), change("7 shop"), "a lock of the page".into()] {
            assert_eq!(revision_in(&name, "other"), None, "{name}");
            assert_eq!(revision_in(&name, "7 shop"), None, "{name}");
        }
    }
}
