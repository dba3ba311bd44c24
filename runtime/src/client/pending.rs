//! The future of a call: [`Pending`].

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

/// A function that converts the response to a call into the method's return value. The function's arguments are the
/// response, the method name, and a function that records an error in the trace.
pub(crate) type Decode<R> = fn(Result<Answer, Error>, &'static str, fn(&Error)) -> R;

/// A call that is sent when it is first polled. The call owns its encoded arguments, so `tokio::spawn(shop.order(7))`
/// compiles even if the arguments were borrowed.
///
/// Awaiting a call is cancel safe. Dropping the future stops the call and its retries, but never a refresh that other
/// calls wait for.
///
/// # Options
///
/// A call's options must be set before its first poll. If an option is set later, the call fails with
/// [`is_request`](Error::is_request). For [pages](crate::Pages), the options apply to each page.
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
/// The option methods exist only on the generated client. For code that is generic over the trait, create a client with
/// the options: `shop.with_timeout(…)`, `shop.with_header(…)`. An option of a call takes precedence over the same
/// option of the client.
#[must_use = "a call is sent only when it is awaited"]
pub struct Pending<R> {
    pub(crate) running: Running,
    pub(crate) decode: Decode<R>,
}

/// The part of a [`Pending`] that does not depend on the return type. The rest of [`Pending`] is compiled in the user's
/// crate for each return type, so the rest is as small as possible.
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
    /// Limits the duration of the whole call, starting at its first poll. The limit covers waiting for a refresh, all
    /// sends, the waits between attempts, and reading the body unless it is streamed. A call's timeout replaces the
    /// timeouts of the method and the builder. For pages, the timeout restarts for each page.
    ///
    /// Even if `futures_time::FutureExt` or another trait with a method `timeout` is in scope, this inherent method is
    /// called.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.running.set(|options| options.timeout = Some(timeout));
        self
    }

    /// Sets a header of this call. This header replaces a header of the same name that the method, an argument or the
    /// builder sets. The value is a `HeaderValue` or a type that serializes as a scalar. `None` changes nothing.
    ///
    /// If the header carries the credential, such as `authorization`, this call does not use the session: it sends the
    /// header unchanged and never starts a refresh. If the name or the value is invalid, the call fails with
    /// [`is_request`](Error::is_request). If the client's own transport follows redirects, it could send the header to
    /// another origin, so the call fails with [`is_builder`](Error::is_builder) (see
    /// [`http`](crate::ClientBuilder::http)).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the caller passes a literal or a value that the caller no longer needs"
    )]
    pub fn header<N, V, Via>(mut self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        V: HeaderOption<Via>,
    {
        self.running.set(|options| options.set_header(name, &value));
        self
    }

    /// Sets the retry policy of this call, which replaces the builder's [`retry`](crate::ClientBuilder::retry). The
    /// builder's budget still applies.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.running.set(|options| options.retry = Some(Arc::new(retry)));
        self
    }

    /// Allows a redirect of this call to one of these origins to include the call's body and headers. The origins are
    /// added to those of the builder's [`follow_to`](crate::ClientBuilder::follow_to). No other origin receives the
    /// credential, cookies, or headers whose value is [marked as sensitive](http::HeaderValue::set_sensitive).
    ///
    /// An origin consists of a scheme, a host and a port. If a value is not an origin, the call fails with
    /// [`is_request`](Error::is_request). Plain `http` to a different machine is also an error with
    /// [`is_request`](Error::is_request), unless [`allow_http`](crate::ClientBuilder::allow_http) is set.
    ///
    /// ```
    /// # use afresh::{api, Result};
    /// # #[api] trait Shop { #[put("/photos/{id}")] async fn photo(&self, id: u64, #[body] image: Vec<u8>) -> Result<()>; }
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

    /// Limits the body size of a successful response, in bytes, instead of the builder's
    /// [`max_body`](crate::ClientBuilder::max_body). If the body exceeds the limit, the call fails with
    /// [`is_body_too_large`](Error::is_body_too_large), and the rest of the body is not read. For pages, the limit
    /// applies to each page. Streams are not limited.
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
    /// Sends the call and blocks the thread until the call is complete. Use this function in scripts, in programs with
    /// a user interface, and in code that is not async. This function requires the feature `blocking`.
    ///
    /// The call runs on the current thread. Connections, refreshes and timers run on one background thread. The first
    /// call starts this thread, and all clients share it.
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
    /// Panics in async code, as Tokio's `block_on` does. In async code, await the call, or call `wait` within
    /// `spawn_blocking`.
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
    /// Sets an option of the call. If the call was already polled, it returns an error from then on.
    fn set(&mut self, set: impl FnOnce(&mut CallOptions)) {
        match self.answer.as_mut().options() {
            Some(options) => set(options),
            None => self.answer = failed(Error::request("an option was set after the call was first polled")),
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
