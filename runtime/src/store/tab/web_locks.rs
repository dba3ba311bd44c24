//! Defines [`WebLocks`], bindings for the browser's Web Locks API. `web-sys` provides the Web Locks API only behind an
//! unstable cfg flag.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use js_sys::{Array, Function, Object, Promise, Reflect};
use tokio::sync::oneshot;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::error::BoxError;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        callback: &JsValue,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn query(this: &LockManager) -> Result<Promise, JsValue>;
}

pub(super) struct WebLocks(LockManager);

/// A Web Lock. Dropping this value releases the lock.
pub(super) struct WebLock(Function);

#[derive(Clone, Copy)]
pub(super) enum Mode {
    Exclusive,
    Shared,
}

impl WebLocks {
    /// Returns the Web Locks of the origin, or `None` outside a secure context.
    pub(super) fn find() -> Option<Self> {
        let navigator = property(&js_sys::global(), "navigator")?;
        let locks = property(&navigator, "locks")?;
        Some(Self(locks.unchecked_into()))
    }

    /// Waits for a lock. If the future is dropped, the lock request is aborted.
    pub(super) async fn lock(&self, name: &str, mode: Mode) -> Result<WebLock, BoxError> {
        let (granted, mut grant) = oneshot::channel();
        let mut granted = Some(granted);
        let callback = Closure::once(move |_: JsValue| {
            Promise::new(&mut |release, _| {
                // If the future was dropped before the lock was granted, the lock is dropped here, which releases it.
                if let Some(granted) = granted.take() {
                    let _ = granted.send(WebLock(release));
                }
            })
        });
        let request = Withdrawn::new()?;
        let options = Object::new();
        let mode = match mode {
            Mode::Exclusive => "exclusive",
            Mode::Shared => "shared",
        };
        Reflect::set(&options, &"mode".into(), &mode.into()).map_err(failed)?;
        Reflect::set(&options, &"signal".into(), &request.0.signal()).map_err(failed)?;
        let promise = self.0.request(name, &options, callback.as_ref()).map_err(failed)?;
        let mut ended = pin!(JsFuture::from(promise));
        poll_fn(|context| {
            if let Poll::Ready(Ok(lock)) = pin!(&mut grant).poll(context) {
                return Poll::Ready(Ok(lock));
            }
            ended.as_mut().poll(context).map(|ended| Err(failed(ended.err().unwrap_or_default())))
        })
        .await
    }

    /// Returns the names of all locks that are held for the origin.
    pub(super) async fn held(&self) -> Result<Vec<String>, BoxError> {
        let snapshot = JsFuture::from(self.0.query().map_err(failed)?).await.map_err(failed)?;
        let held = property(&snapshot, "held").map(|held| Array::from(&held)).unwrap_or_default();
        Ok(held.iter().filter_map(|lock| property(&lock, "name")?.as_string()).collect())
    }
}

impl Drop for WebLock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// A request for a lock. Dropping a `Withdrawn` aborts the request, unless the lock has already been granted.
struct Withdrawn(AbortController);

impl Withdrawn {
    fn new() -> Result<Self, BoxError> {
        AbortController::new().map(Self).map_err(failed)
    }
}

impl Drop for Withdrawn {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    if value.is_undefined() || value.is_null() { None } else { Some(value) }
}

fn failed(error: JsValue) -> BoxError {
    format!("the Web Locks API failed: {error:?}").into()
}
