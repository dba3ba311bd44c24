//! Defines [`ErasedStore`], a version of [`SessionStore`] that can be used as a trait object.

use std::future::Future;
use std::pin::Pin;

use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

type Soon<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

pub(crate) trait ErasedStore: Send + Sync {
    fn load(&self) -> Soon<'_, Stored>;
    fn swap(&self, swap: Swap) -> Soon<'_, Option<Revision>>;
    fn lock(&self) -> Soon<'_, Option<StoreLock>>;
    fn changed(&self, seen: Revision) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    fn place(&self) -> Pin<Box<dyn Future<Output = Option<String>> + Send + '_>>;
    fn shares_cookies(&self) -> bool;
}

impl<S: SessionStore> ErasedStore for S {
    fn load(&self) -> Soon<'_, Stored> {
        Box::pin(SessionStore::load(self))
    }

    fn swap(&self, swap: Swap) -> Soon<'_, Option<Revision>> {
        Box::pin(SessionStore::swap(self, swap))
    }

    fn lock(&self) -> Soon<'_, Option<StoreLock>> {
        Box::pin(SessionStore::lock(self))
    }

    fn changed(&self, seen: Revision) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(SessionStore::changed(self, seen))
    }

    fn place(&self) -> Pin<Box<dyn Future<Output = Option<String>> + Send + '_>> {
        Box::pin(SessionStore::place(self))
    }

    fn shares_cookies(&self) -> bool {
        SessionStore::shares_cookies(self)
    }
}
