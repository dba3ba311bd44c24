//! Declare your HTTP API as a Rust trait; get a typed client whose session never expires under you.
//!
//! ```
//! use afresh::{api, RefreshToken, Result, Tokens};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize)]
//! pub struct Credentials {
//!     user: String,
//!     password: String,
//! }
//!
//! #[derive(Debug, Deserialize)]
//! pub struct Order {
//!     id: u64,
//! }
//!
//! /// The shop's public API.
//! #[api]
//! pub trait Shop {
//!     /// Logs in; the tokens in the response become the session.
//!     #[login]
//!     #[post("/api/user/login")]
//!     async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;
//!
//!     /// Called by the runtime when the server refuses a token, once for all waiting calls.
//!     #[refresh]
//!     #[post("/api/user/refresh_token")]
//!     async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;
//!
//!     /// One order.
//!     #[get("/orders/{id}")]
//!     async fn order(&self, id: u64) -> Result<Order>;
//! }
//!
//! # async fn example(credentials: Credentials) -> Result<()> {
//! let shop = ShopClient::builder("https://shop.example").build()?;
//! shop.login(&credentials).await?;
//! let order = shop.order(7).await?; // an expired token is refreshed, and the call is sent again
//! # Ok(())
//! # }
//! ```
//!
//! # What happens to a call
//!
//! A call carries the session's credential. If the server responds with 401 or 403, the credential is refreshed once
//! for all waiting calls, and each call is sent again once. If the server also refuses the second attempt, the call
//! returns that refusal. The details are:
//!
//! - If another call has already replaced the refused credential, the call is sent again with the newer credential,
//!   without a refresh.
//! - A refresh runs in its own task. If the waiting calls are dropped, the refresh continues, so a rotated refresh
//!   token is not lost. If the refresh fails, all waiting calls receive the same error. Each call's error also contains
//!   the server's refusal of the call ([`Error::rejection`]).
//! - A logout or a new login ends the old session. A call from the old session is not sent again in the new session,
//!   and the result of an old session's refresh is discarded.
//! - A 403 response can mean that the credential has expired or that the call is forbidden. The runtime refreshes the
//!   session after a 403 response and sends the call again. If the server also refuses the call with the fresh token,
//!   then for a limited time, a 403 response for the same method does not start another refresh.
//! - The server can also state the reason for a refusal: in a `WWW-Authenticate` header, in rate-limit headers, or in a
//!   field of the response body ([`expired_when`](ClientBuilder::expired_when)). [`Error::reason`] and the error
//!   message explain why the runtime did not refresh the session or did not send the call again.
//! - Credentials are sent only to the origin of the client's base URL. At each redirect, the runtime checks the origin
//!   again.
//!
//! # Where to look
//!
//! The [guide] has a page for each task: [`auth`](guide::auth), `login` (with its feature),
//! [`arguments`](guide::arguments), [`bodies`](guide::bodies), [`browser`](guide::browser),
//! [`streams`](guide::streams), [`lists`](guide::lists), [`calls`](guide::calls), [`errors`](guide::errors),
//! [`stores`](guide::stores), [`users`](guide::users), [`testing`](guide::testing).
//!
//! | task | see |
//! |---|---|
//! | declare an API: all attributes | [`macro@api`] |
//! | build a client, share one between APIs | [`ClientBuilder`], [`Client`] |
//! | log a user in with OAuth 2.0 or `OpenID` Connect | [`oauth2`] |
//! | refresh without a `#[refresh]` method | [`oauth2`], [`Refresher`], [`ClientBuilder::refresh_with`] |
//! | let a user log in with a browser or a device code, and find out when the login ends | [`oauth2`] (feature `login`), [`Session::ends_at`] |
//! | set tokens, log out, watch a session | [`Session`], [`Tokens`], [`trait@AsTokens`], [`FromSession`] |
//! | set options of one call, retry faults | [`Pending`], [`Retry`], [`RetryBudget`] |
//! | serve many users with one client | [`users`](guide::users), [`Client::with_session`], [`Session::ensure_login`] |
//! | let tower layers read information about the call | [`CallInfo`], [`CallKind`] |
//! | keep a session after the process exits, and share it between processes | [`store`], [`ClientBuilder::store`] |
//! | use cookies instead of tokens | [`CookieSession`] |
//! | know what a parameter can be | [`param`] |
//! | send parts, files and streams | [`Part`], [`Body`] |
//! | know what a method can return | [`response`], [`Reply`] |
//! | read responses as they arrive, or in pages | [`ByteStream`], [`Lines`], [`Events`], [`Pages`], [`Items`] |
//! | handle errors | [`Error`], [`macro@ApiError`], [`error`] |
//! | use a transport other than reqwest | [`transport`] |
//! | use the same API in a web page | [`browser`](guide::browser) |
//!
//! # Features
//!
//! | feature | default | for |
//! |---|---|---|
//! | `rustls` | yes | TLS with rustls and its default provider |
//! | `rustls-no-provider` | | TLS with rustls and a provider that your program installs |
//! | `native-tls` | | TLS with the system's library |
//! | `charset` | yes | text in encodings other than UTF-8 |
//! | `http2` | yes | HTTP/2 |
//! | `system-proxy` | yes | the system's proxy settings |
//! | `login` | | a user logs in: OAuth 2.0 with PKCE in a browser or a web server, device codes, discovery; see [`oauth2`] |
//! | `tracing` | | spans and events for [`tracing`](https://docs.rs/tracing), see below |
//! | `blocking` | | `Pending::wait`: calls from code that is not async |
//! | `hyper` | | `HyperTransport`: about 36% fewer instructions per call than reqwest, but fewer features |
//! | `redis` | | `RedisStore`: a session that many machines share |
//! | `keyring` | | `KeyringStore`: a session in the system keyring |
//! | `encrypt` | | `Sealed`: encrypts the records of a different store |
//! | `gzip` `brotli` `zstd` `deflate` | | compressed responses, over reqwest |
//!
//! In a browser, only the features `charset`, `tracing`, `encrypt` and `login` have an effect.
//!
//! # Tracing
//!
//! With the feature `tracing`, the runtime emits [`tracing`](https://docs.rs/tracing) spans and events under the target
//! `afresh`:
//!
//! | span | covers | fields |
//! |---|---|---|
//! | `afresh.call` | a call, from its first poll to its response; its parent is the span in which the call is awaited | `otel.name` and `afresh.method` (`Shop::order`), `afresh.sends`, `afresh.attempts`, `afresh.refreshed_by`, `afresh.classification`, `afresh.reason`, `error.type` |
//! | `afresh.send` | one send, until its response head arrives; redirects and the second send have their own spans | the fields of OpenTelemetry's [conventions for HTTP client spans](https://opentelemetry.io/docs/specs/semconv/http/http-spans/): `otel.name` (`GET /orders/{id}`), `http.request.method`, `http.request.resend_count`, `http.response.status_code`, `server.address`, `server.port`, `url.scheme`, `url.template`, `network.protocol.version`, `error.type` |
//! | `afresh.refresh` | a refresh, with the token request in it; it has no parent and follows from the call that started it | `afresh.cause`, `afresh.outcome` (`refreshed`, `failed`, `expired`, `discarded`), `error.type` |
//!
//! Spans have level INFO. Session changes are recorded as events at level INFO, or at level WARN if a refresh fails or
//! the session expires. The steps of a call (refused, waiting, sent again, failed) are recorded as events at level
//! DEBUG. The field `error.type` contains a status code (`404`), `cancelled` for a dropped call, or the kind of the
//! [`Error`]: `timeout`, `connect`, `transport`, `no_session`, `session_expired`, `refresh` and so on.
//!
//! Tokens, cookies, headers, bodies, arguments and URLs are never recorded. The OpenTelemetry conventions require
//! `url.full`, but the runtime records the URL template instead. For an error, the runtime records only this crate's
//! own message, not the messages of the error's sources.
//!
//! ```
//! use tracing_subscriber::filter::{LevelFilter, Targets};
//! use tracing_subscriber::prelude::*;
//!
//! let filter = Targets::new().with_default(LevelFilter::WARN).with_target("afresh", LevelFilter::DEBUG);
//! tracing_subscriber::registry().with(tracing_subscriber::fmt::layer()).with(filter).init();
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    target_family = "wasm",
    allow(
        dead_code,
        unreachable_pub,
        reason = "in a browser, hand-written requests are not available and some types are never used"
    )
)]

mod auth;
mod client;
mod declaration;
pub mod error;
mod execute;
mod format;
pub mod oauth2;
pub mod param;
mod platform;
pub mod refresh;
mod request;
pub mod response;
pub mod session;
pub mod store;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "trace/untraced.rs"]
mod trace;
pub mod transport;

pub mod guide;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use afresh_macros::{ApiError, AsTokens, api};

pub use crate::client::builder::ClientBuilder;
pub use crate::client::client::Client;
pub use crate::client::pending::Pending;
pub use crate::error::{Error, Problem, Receipt, Rejection, Result};
pub use crate::execute::retry::budget::RetryBudget;
pub use crate::execute::retry::policy::Retry;
pub use crate::refresh::refresher::Refresher;
pub use crate::request::body::Body;
pub use crate::request::part::Part;
pub use crate::response::byte_stream::ByteStream;
pub use crate::response::events::{Event, Events};
pub use crate::response::items::Items;
pub use crate::response::lines::Lines;
pub use crate::response::pages::Pages;
pub use crate::response::reply::Reply;
pub use crate::session::{
    AccessToken, AsTokens, CookieSession, FromSession, RefreshToken, Session, SessionEvent, SessionState,
    Tokens,
};
pub use crate::store::{FileStore, MemoryStore};
pub use crate::transport::call_info::{CallInfo, CallKind};
