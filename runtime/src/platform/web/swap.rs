//! [`ArcSwap`] stores a value that can be replaced while readers still use the previous value. A page has a single
//! thread, so a mutex is sufficient.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) struct ArcSwap<T>(Mutex<Arc<T>>);

/// A value that was read from an [`ArcSwap`]. The mutex is not locked while a reader uses the value.
pub(crate) struct Loaded<T>(Arc<T>);

impl<T> ArcSwap<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn load(&self) -> Loaded<T> {
        Loaded(self.load_full())
    }

    pub(crate) fn load_full(&self) -> Arc<T> {
        self.lock().clone()
    }

    pub(crate) fn store(&self, value: Arc<T>) {
        let before = std::mem::replace(&mut *self.lock(), value);
        drop(before);
    }

    fn lock(&self) -> MutexGuard<'_, Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for Loaded<T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        &self.0
    }
}
