//! How many cookies are kept and how long one may be, by RFC 6265bis §5.6 and §6.1; and when a cookie was used.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::platform::time::Instant;

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

/// When a cookie was received, and last received or sent. All copies of a jar share it, and two jars do not differ by it.
#[derive(Clone, Debug, Default)]
pub(super) struct LastUse {
    used: Arc<AtomicU64>,
    /// The clock when the cookie was received, or 0 for a cookie of a store.
    number: u64,
    /// `None` for a cookie of a store.
    received: Option<Instant>,
}

/// What the clock shows now. Every cookie that is received later has a greater number.
pub(super) fn clock() -> u64 {
    CLOCK.load(Ordering::Relaxed)
}

impl LastUse {
    pub(super) fn now() -> Self {
        let number = CLOCK.fetch_add(1, Ordering::Relaxed) + 1;
        Self { used: Arc::new(AtomicU64::new(number)), number, received: Some(Instant::now()) }
    }

    pub(super) fn touch(&self) {
        let now = clock();
        // Threads that send the same cookies would contend for each write.
        if self.at() != now {
            self.used.store(now, Ordering::Relaxed);
        }
    }

    pub(super) fn is_received_after(&self, clock: u64) -> bool {
        self.number > clock
    }

    /// When the cookie was received in this process.
    pub(super) fn received(&self) -> Option<Instant> {
        self.received
    }

    pub(super) fn at(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}

impl PartialEq for LastUse {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
