//! How many cookies are kept and how long one may be, by RFC 6265bis §5.6 and §6.1; and when a cookie was used.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest name and value together, in bytes.
pub(super) const MAX_PAIR: usize = 4096;
/// The longest value of an attribute, in bytes. A longer one is ignored.
pub(super) const MAX_ATTRIBUTE: usize = 1024;
/// How many cookies one host may have.
pub(super) const MAX_OF_HOST: usize = 50;
/// How many cookies a session may have.
pub(super) const MAX: usize = 180;

/// Counts the cookies that were received, as a clock for [`LastUse`].
static CLOCK: AtomicU64 = AtomicU64::new(0);

/// When a cookie was last received or sent. All copies of a jar share it, and two jars do not differ by it.
#[derive(Clone, Debug, Default)]
pub(super) struct LastUse(Arc<AtomicU64>);

impl LastUse {
    pub(super) fn now() -> Self {
        Self(Arc::new(AtomicU64::new(CLOCK.fetch_add(1, Ordering::Relaxed) + 1)))
    }

    pub(super) fn touch(&self) {
        let now = CLOCK.load(Ordering::Relaxed);
        // Threads that send the same cookies would contend for each write.
        if self.at() != now {
            self.0.store(now, Ordering::Relaxed);
        }
    }

    pub(super) fn at(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl PartialEq for LastUse {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
