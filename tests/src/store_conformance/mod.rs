//! The checks that every `SessionStore` must pass.
//!
//! To run the checks against your own store, implement [`Place`] and call [`all`]. A failed check panics with a message
//! that states the violated guarantee.
//!
//! ```
//! use afresh::MemoryStore;
//! use afresh_tests::store_conformance::{Place, all};
//!
//! struct InMemory(MemoryStore);
//!
//! impl Place for InMemory {
//!     type Store = MemoryStore;
//!
//!     fn open(&self) -> MemoryStore {
//!         self.0.clone()
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! all(|| InMemory(MemoryStore::new())).await;
//! # });
//! ```
//!
//! The checks take about two seconds of real time, because the clock of a remote store cannot be paused. With a server
//! that can be suspended, the checks take about half a minute.

mod calls;
mod locks;
mod records;

use std::future::Future;

use afresh::store::SessionStore;

pub use self::locks::{
    a_dropped_wait_leaves_nothing_behind, a_lock_that_is_dropped_during_a_stall_is_released_afterwards,
    a_login_needs_no_lock, a_runtime_that_shuts_down_releases_the_lock,
    an_abandoned_request_for_the_lock_is_harmless, an_expired_lock_cannot_store, fences_grow,
    one_holds_the_lock_until_it_is_dropped, two_never_hold_the_lock,
};
pub use self::records::{
    a_dropped_swap_is_complete_or_absent, a_load_sees_the_last_swap, an_empty_store_has_no_record,
    an_old_basis_is_refused, any_bytes_are_returned_unchanged, every_change_is_reported_or_none,
    foreign_content_is_an_error_and_stays, locations_differ, one_swap_of_each_revision_wins,
};

/// A location where a store keeps one session, such as a file or a Redis key. Each location is empty at first and
/// independent of all other locations.
pub trait Place: Send + Sync + 'static {
    /// The type of the stores at this location.
    type Store: SessionStore;

    /// Opens a store at this location, as a separate process would. The new store shares as little as possible with the
    /// stores that are already open.
    fn open(&self) -> Self::Store;

    /// Writes data that no store of this kind would write, and returns true. The default implementation returns
    /// `false`, so that the checks with data from another program are skipped.
    fn spoil(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// Returns whether the data that [`spoil`](Self::spoil) wrote is still there and unchanged.
    fn is_spoilt(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// Suspends this location's server until [`resume`](Self::resume) is called, and returns true. A suspended server
    /// receives requests but does not answer them. The default implementation returns false, for stores without a
    /// server.
    fn stall(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// Resumes the server after [`stall`](Self::stall). After `resume`, the server executes the requests that it
    /// received while it was suspended.
    fn resume(&self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Waits until a lock that was not dropped has expired, and returns true. The default implementation returns false,
    /// for stores whose locks do not expire.
    fn outlast_the_lock(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }
}

/// Runs all checks. Each check uses a new store location.
///
/// # Panics
///
/// Panics if a check fails.
pub async fn all<P: Place>(new_place: impl Fn() -> P) {
    an_empty_store_has_no_record(&new_place()).await;
    a_load_sees_the_last_swap(&new_place()).await;
    any_bytes_are_returned_unchanged(&new_place()).await;
    an_old_basis_is_refused(&new_place()).await;
    one_swap_of_each_revision_wins(&new_place()).await;
    a_dropped_swap_is_complete_or_absent(&new_place()).await;
    one_holds_the_lock_until_it_is_dropped(&new_place()).await;
    two_never_hold_the_lock(&new_place()).await;
    a_dropped_wait_leaves_nothing_behind(&new_place()).await;
    an_abandoned_request_for_the_lock_is_harmless(&new_place()).await;
    a_lock_that_is_dropped_during_a_stall_is_released_afterwards(&new_place()).await;
    a_runtime_that_shuts_down_releases_the_lock(&new_place()).await;
    a_login_needs_no_lock(&new_place()).await;
    locations_differ(&new_place(), &new_place()).await;
    fences_grow(&new_place()).await;
    an_expired_lock_cannot_store(&new_place()).await;
    every_change_is_reported_or_none(&new_place()).await;
    foreign_content_is_an_error_and_stays(&new_place()).await;
}
