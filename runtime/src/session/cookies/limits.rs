//! Limits the number and size of cookies (RFC 6265bis §5.6 and §6.1), and records when each cookie was last used.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::platform::time::Instant;

/// The maximum combined length of a cookie's name and value, in bytes.
pub(super) const MAX_PAIR: usize = 4096;
/// The maximum length of a cookie attribute's value, in bytes. An attribute whose value is longer than `MAX_ATTRIBUTE`
/// is ignored.
pub(super) const MAX_ATTRIBUTE: usize = 1024;
/// The maximum number of cookies for one host.
pub(super) const MAX_OF_HOST: usize = 50;
/// The maximum number of cookies in a session.
pub(super) const MAX: usize = 180;

/// The number of cookies received so far. [`LastUse`] uses the number of received cookies as a clock.
static CLOCK: AtomicU64 = AtomicU64::new(0);

/// Records when a cookie was received, and when it was last received or sent. All clones of a cookie share one last-use
/// time. Cookies that differ only in `LastUse` are equal.
#[derive(Clone, Debug, Default)]
pub(super) struct LastUse {
    used: Arc<AtomicU64>,
    /// The cookie clock's value when the cookie was received, or 0 for a cookie from a store.
    number: u64,
    /// The time at which this process received the cookie. `None` means that the cookie was read from a store.
    received: Option<Instant>,
}

/// Returns the current value of the cookie clock. A cookie that is received later gets a number greater than the
/// returned value.
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
        // Skips the write if the value is already current, so that threads do not contend when they send the same
        // cookies.
        if self.at() != now {
            self.used.store(now, Ordering::Relaxed);
        }
    }

    /// Whether this process received the cookie after the cookie clock reached `clock`.
    pub(super) fn is_received_after(&self, clock: u64) -> bool {
        self.number > clock
    }

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
