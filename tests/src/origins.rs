//! A transport for several origins, so that a test can send requests across origins.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::double::{Double, Outcome, double_methods};
use crate::seen::origin;

/// A test double that routes each request to the test double for the request's origin. A connection to an origin
/// without a test double fails.
///
/// ```
/// # use afresh_tests::{Origins, Stage, World};
/// let (home, elsewhere) = (World::new(), Stage::new());
/// let origins = Origins::new().at("https://shop.test", home.clone()).at("evil.test", elsewhere.clone());
/// let transport = origins.service();
/// ```
#[derive(Clone, Default)]
pub struct Origins(Vec<Place>);

#[derive(Clone)]
struct Place {
    origin: String,
    handle: Arc<Handle>,
}

type Handle = dyn Fn(http::Request<Bytes>) -> BoxFuture<'static, Outcome> + Send + Sync;

double_methods!(Origins);

impl Origins {
    /// Creates an `Origins` value without any origins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a test double for one origin (`https://shop.test:8443`), or for every origin of a host (`shop.test`).
    #[must_use]
    pub fn at(mut self, origin: &str, double: impl Double) -> Self {
        let handle = Arc::new(move |request| double.handle(request));
        self.0.push(Place { origin: origin.to_owned(), handle });
        self
    }
}

impl Double for Origins {
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome> {
        let (asked, host) = (origin(request.uri()), request.uri().host().unwrap_or_default());
        match self.0.iter().find(|place| place.origin == asked || place.origin == host) {
            Some(place) => (place.handle)(request),
            None => async move { Err(format!("cannot connect to {asked}").into()) }.boxed(),
        }
    }
}

impl fmt::Debug for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|place| &place.origin)).finish()
    }
}
