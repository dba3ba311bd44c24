//! [`Pending`] is the future of a call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderName;

use crate::error::Error;
use crate::execute::call_future::{BoxedCall, failed};
use crate::execute::options::CallOptions;
use crate::execute::retry::policy::Retry;
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
use crate::platform::background::block_on;
use crate::request::header_option::HeaderOption;
use crate::response::answer::Answer;
use crate::response::decode::Outcome;
use crate::trace;

/// A function that converts a call's response into the return value of the trait method. The function's arguments are
/// the response, the name of the trait method, and a function that records an error in the trace.
pub(crate) type Decode<R> = fn(Result<Answer, Error>, &'static str, fn(&Error)) -> R;

/// A future that sends a call when it is first polled. The call owns its encoded arguments, so
/// `tokio::spawn(shop.order(7))` compiles even if the arguments were borrowed.
///
/// Awaiting a call is cancel safe. Dropping the future cancels the call and its retries, but never a refresh that other
/// calls are waiting for.
///
/// # Options
///
/// Set the options of a call before its first poll. If an option is set after the first poll, the call fails with an
/// error for which [`is_request`](Error::is_request) returns `true`. When a call returns [pages](crate::Pages), the
/// options apply to the request for each page.
///
/// ```
/// # use afresh::{api, Result, Retry};
/// # use std::time::Duration;
/// # #[api] trait Shop { #[get("/orders/{id}")] async fn order(&self, id: u64) -> Result<String>; }
/// # async fn example(shop: ShopClient) -> Result<()> {
/// let order = shop.order(7).timeout(Duration::from_secs(2)).header("x-trace", 17).retry(Retry::none()).await?;
/// # Ok(())
/// # }
/// ```
///
/// The methods that set options are not available in code that is generic over the API trait. In generic code, set the
/// options on the client instead: `shop.with_timeout(…)`, `shop.with_header(…)`. An option set on a call takes
/// precedence over the same option set on the client.
#[must_use = "a call is sent only when it is awaited"]
pub struct Pending<R> {
    pub(crate) running: Running,
    pub(crate) decode: Decode<R>,
}

/// The part of a [`Pending`] that does not depend on the return type. Keeping `Running` separate from [`Pending`]
/// reduces the amount of code that is compiled for each return type in the user's crate.
pub(crate) struct Running {
    answer: BoxedCall,
    method: &'static str,
}

impl<R> Pending<R> {
    pub(crate) fn new<Via>(answer: BoxedCall, method: &'static str) -> Self
    where
        R: Outcome<Via>,
    {
        Self { running: Running::new(answer, method), decode: R::of }
    }
}

impl<R> Pending<R> {
    /// Limits the total duration of the call, measured from its first poll. The duration includes the time spent
    /// waiting for a refresh, sending requests, waiting between attempts, and reading a body that is not streamed. This
    /// timeout replaces any timeout that the trait method or the builder sets. When a call returns pages of a list, the
    /// timeout restarts for each page.
    ///
    /// This inherent method takes precedence over trait methods of the same name, such as
    /// `futures_time::FutureExt::timeout`.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.running.set(|options| options.timeout = Some(timeout));
        self
    }

    /// Sets a request header for this call. The header replaces any header of the same name that the trait method, an
    /// argument or the builder sets. The header value can be a `HeaderValue` or any type that serializes as a scalar.
    /// `None` changes nothing.
    ///
    /// Setting the header that carries the credential, such as `authorization`, disables the session for the call: the
    /// header is sent unchanged, and no refresh is started. If the header name or value is invalid, the call fails with
    /// an error for which [`is_request`](Error::is_request) returns `true`. If your own transport follows redirects,
    /// the call fails with an error for which [`is_builder`](Error::is_builder) returns `true`, because a redirect
    /// could send the header to another origin (see [`http`](crate::ClientBuilder::http)).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass a literal or a value that they no longer need"
    )]
    pub fn header<N, V, Via>(mut self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        V: HeaderOption<Via>,
    {
        self.running.set(|options| options.set_header(name, &value));
        self
    }

    /// Sets this call's retry policy, which replaces the policy set with the builder's
    /// [`retry`](crate::ClientBuilder::retry). The builder's retry budget still applies.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.running.set(|options| options.retry = Some(Arc::new(retry)));
        self
    }

    /// Allows the call's body and headers to be sent to the given origins after a redirect. The given origins are added
    /// to those set with the builder's [`follow_to`](crate::ClientBuilder::follow_to). The credential, cookies, and
    /// headers whose value is [marked as sensitive](http::HeaderValue::set_sensitive) are never sent to another origin.
    ///
    /// An origin consists of a scheme, a host and a port. If a value in `origins` is not an origin, the call fails with
    /// an error for which [`is_request`](Error::is_request) returns `true`. The call also fails if an origin uses plain
    /// `http` and is not on the local machine, unless [`allow_http`](crate::ClientBuilder::allow_http) is set.
    ///
    /// ```
    /// # use afresh::{api, Result};
    /// # #[api] trait Shop { #[put("/photos/{id}")] async fn photo(&self, id: u64, #[body] image: Vec<u8>) ->
    /// Result<()>; }
    /// # async fn example(shop: ShopClient) -> Result<()> {
    /// shop.photo(7, vec![0; 1024]).follow_to(["https://files.example"]).await
    /// # }
    /// ```
    pub fn follow_to<O: AsRef<str>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.running.set(|options| {
            for origin in origins {
                options.add_origin(origin.as_ref());
            }
        });
        self
    }

    /// Limits the body size of a successful response, in bytes, and replaces the builder's
    /// [`max_body`](crate::ClientBuilder::max_body). If the body exceeds the limit, the call fails with an error for
    /// which [`is_body_too_large`](Error::is_body_too_large) returns `true`, and the rest of the body is not read. When
    /// a call returns pages of a list, the limit applies to each page. Streams are not limited.
    ///
    /// ```
    /// # use afresh::{api, Result};
    /// # #[api] trait Shop { #[get("/export")] async fn export(&self) -> Result<String>; }
    /// # async fn example(shop: ShopClient) -> Result<()> {
    /// let export = shop.export().max_body(1 << 20).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.running.set(|options| options.set_max_body(bytes));
        self
    }
}

#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
impl<R> Pending<R> {
    /// Sends the call and blocks the current thread until the call completes. Use this method in scripts, GUI programs
    /// and other code that is not async. This method requires the `blocking` feature.
    ///
    /// The call runs on the current thread. Connections, refreshes and timers run on one background thread. The first
    /// blocking call starts the background thread, which all clients share.
    ///
    /// ```
    /// # use afresh::{api, Result};
    /// # #[api] trait Shop { #[get("/orders/{id}")] async fn order(&self, id: u64) -> Result<String>; }
    /// # fn example(shop: ShopClient) -> Result<()> {
    /// let order = shop.order(7).wait()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if called from async code, as Tokio's `block_on` does. In async code, await the call, or call `wait`
    /// within `spawn_blocking`.
    #[track_caller]
    pub fn wait(self) -> R {
        let (decode, method) = (self.decode, self.running.method);
        match block_on(self) {
            Ok(outcome) => outcome,
            Err(error) => decode(Err(Error::no_runtime(error)), method, trace::undecodable),
        }
    }
}

impl Running {
    fn set(&mut self, set: impl FnOnce(&mut CallOptions)) {
        if let Some(options) = self.answer.as_mut().options() {
            set(options);
        } else {
            let text =
                "an option was set after the call was first polled. Set options before you await the call";
            self.answer = failed(Error::request(text));
        }
    }

    pub(crate) fn new(answer: BoxedCall, method: &'static str) -> Self {
        Self { answer, method }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, Error>> {
        self.answer.as_mut().poll(context)
    }
}

impl<R> Future for Pending<R> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let this = self.get_mut();
        match this.running.poll(context) {
            Poll::Ready(answer) => {
                Poll::Ready((this.decode)(answer, this.running.method, trace::undecodable))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<R> fmt::Debug for Pending<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pending({})", self.running.method)
    }
}
