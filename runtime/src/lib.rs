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
//!     /// Logs in; the tokens in the answer become the session.
//!     #[login]
//!     #[post("/api/user/login")]
//!     async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;
//!
//!     /// Called by the runtime: on a refused token, once for everybody who waits.
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
//! let order = shop.order(7).await?; // token expired? refreshed and sent again; the caller never learns
//! # Ok(())
//! # }
//! ```
//!
//! # What happens to a call
//!
//! A call takes the session's credential along. If the server answers 401 or 403, the credential is
//! refreshed, once for everybody who waits, and the call is sent again, once; its second answer is final.
//! In detail:
//!
//! - A refusal of a credential that has been replaced meanwhile refreshes nothing: the call is sent again
//!   with the newer one.
//! - A refresh is a task of its own. No caller's end is its end, so no rotated refresh token is lost; all
//!   who waited for a refresh that failed share its error, which holds the refusal they got
//!   ([`Error::rejection`]).
//! - A logout or another login ends what came before: no call is sent again under another identity, and a
//!   refresh that comes back too late is discarded.
//! - A 403 may mean "expired" or "not allowed". Every one is worth a refresh until a refresh has proved
//!   fruitless; then, for a while, such a 403 is taken at its word.
//! - What an answer says is believed: `WWW-Authenticate`, a rate limit, what the API's own rules read in its
//!   body ([`expired_when`](ClientBuilder::expired_when)). Why a refusal was not mended is in the error and
//!   its text ([`Error::reason`]).
//! - Credentials go to the client's own origin and nowhere else, on every hop of a redirect.
//!
//! # What is where
//!
//! The [guide] shows, page by page, how to do things: [`auth`](guide::auth), [`arguments`](guide::arguments),
//! [`bodies`](guide::bodies), [`streams`](guide::streams), [`errors`](guide::errors), [`testing`](guide::testing).
//!
//! | for | see |
//! |---|---|
//! | declaring an API: every attribute | [`macro@api`] |
//! | building a client, sharing one between APIs | [`ClientBuilder`], [`Client`] |
//! | refreshing without a `#[refresh]` method | [`oauth2`], [`Refresher`], [`ClientBuilder::refresh_with`] |
//! | tokens from elsewhere, logout, events | [`Session`], [`Tokens`], [`trait@AsTokens`], [`FromSession`] |
//! | sessions that outlive their process, or span many | [`ClientBuilder::store`], [`Session`](Session#stores), [`FileStore`], [`SessionStore`] |
//! | cookies instead of tokens; renewing while nobody calls | [`CookieSession`], [`Session::keep_fresh`] |
//! | what a method can take | [`PathArgument`], [`QueryArgument`], [`HeaderArgument`], [`HeaderMapArgument`], [`CookieArgument`], [`JsonBody`], [`FormBody`], [`IntoBody`] |
//! | several parts, files, streams as a body | [`Part`], [`Body`] |
//! | what a method can return | [`FromResponse`], [`Reply`], [`Outcome`], [`FromError`] |
//! | answers as they arrive, or in pages | [`ByteStream`], [`Lines`], [`Events`], [`Pages`] |
//! | what can go wrong, and an enum of your own for it | [`Error`], [`macro@ApiError`] |
//! | what a refusal says of the token, and why it was not mended | [`Verdict`], [`Reason`], [`Receipt`], [`Refusal`] |
//!
//! # Features
//!
//! | feature | default | for |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls with its default provider |
//! | `rustls-no-provider` | | TLS by rustls with a provider that your program installs |
//! | `native-tls` | | TLS by the system's library |
//! | `charset` | yes | texts in other encodings than UTF-8 |
//! | `http2` | yes | HTTP/2 |
//! | `system-proxy` | yes | the system's proxy settings |
//! | `tracing` | | spans and events for [`tracing`](https://docs.rs/tracing), see below |
//! | `hyper` | | `HyperTransport`: about half the cost of a call over reqwest, and fewer abilities |
//! | `redis` | | `RedisStore`: a session for many machines |
//! | `keyring` | | `KeyringStore`: a session in the system's keyring |
//! | `encrypt` | | `Sealed`: what any store keeps, encrypted |
//! | `gzip` `brotli` `zstd` `deflate` | | compressed answers, over reqwest |
//!
//! # Tracing
//!
//! With the feature `tracing` the runtime tells [`tracing`](https://docs.rs/tracing), under the target
//! `afresh`:
//!
//! | span | is | with |
//! |---|---|---|
//! | `afresh.call` | a call, from its first poll until its answer is there, in the span in which it is awaited | `otel.name` and `afresh.method` (`Shop::order`), `afresh.sends`, `afresh.refreshed_by`, `afresh.verdict`, `afresh.reason`, `error.type` |
//! | `afresh.send` | one send of it, redirects and the second send included, until the head of its answer is there | what OpenTelemetry's [conventions for HTTP client spans](https://opentelemetry.io/docs/specs/semconv/http/http-spans/) ask for: `otel.name` (`GET /orders/{id}`), `http.request.method`, `http.request.resend_count`, `http.response.status_code`, `server.address`, `server.port`, `url.scheme`, `url.template`, `network.protocol.version`, `error.type` |
//! | `afresh.refresh` | a refresh and, in it, its exchange; it has no parent and follows from the call that set it off | `afresh.cause` (`refused`, `maybe_expired`, `expired`, `before_expiry`, `manual`), `afresh.outcome` (`refreshed`, `failed`, `expired`, `discarded`), `error.type` |
//!
//! The spans are of level INFO. Events: what happens to the session (INFO; WARN where a refresh fails or the
//! session expires), and what a call goes through: refused, waiting, sent again, failed (DEBUG).
//! `error.type` is a status (`404`), `cancelled` for what was dropped, or what [`Error`] can be asked for:
//! `timeout`, `connect`, `transport`, `no_session`, `session_expired`, `refresh` and so on.
//!
//! No token, cookie, header, body, argument or URL is told: in place of `url.full`, which the conventions
//! ask for, there is the template. An error is told in the runtime's own words, without those of its source.
//!
//! ```
//! use tracing_subscriber::filter::{LevelFilter, Targets};
//! use tracing_subscriber::prelude::*;
//!
//! let filter = Targets::new().with_default(LevelFilter::WARN).with_target("afresh", LevelFilter::DEBUG);
//! tracing_subscriber::registry().with(tracing_subscriber::fmt::layer()).with(filter).init();
//! ```

mod auth;
mod client;
mod declaration;
mod error;
mod execute;
mod format;
pub mod oauth2;
mod platform;
mod refresh;
mod request;
mod response;
mod session;
mod store;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "trace/untraced.rs"]
mod trace;
mod transport;

pub mod guide;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use afresh_macros::{ApiError, AsTokens, api};

pub use crate::auth::rules::Refusal;
pub use crate::client::builder::ClientBuilder;
pub use crate::client::client::Client;
pub use crate::client::pending::Pending;
pub use crate::error::Challenge;
pub use crate::error::Problem;
pub use crate::error::Reason;
pub use crate::error::Rejection;
pub use crate::error::Verdict;
pub use crate::error::{BoxError, Error, Result};
pub use crate::error::{Receipt, RefreshedBy};
pub use crate::refresh::refresher::{RefreshContext, Refresher};
pub use crate::request::{
    AsPart, AsScalar, Body, CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, IntoBody, IntoPart,
    JsonBody, Part, PathArgument, QueryArgument,
};
pub use crate::response::answer::Answer;
pub use crate::response::byte_stream::ByteStream;
pub use crate::response::decode::{
    ByHand, ByPages, ByReply, BySerde, FromError, FromResponse, ManyAnswers, OneAnswer, Outcome, Reading,
    SessionOutcome,
};
pub use crate::response::error_body::ErrorBody;
pub use crate::response::events::{Event, Events};
pub use crate::response::lines::Lines;
pub use crate::response::pages::Pages;
pub use crate::response::reply::Reply;
pub use crate::session::{
    AccessToken, AsTokens, CookieSession, FromSession, KeepFresh, RefreshToken, Session, SessionEvent,
    SessionEvents, SessionState, SessionWrite, TokenLifetime, TokenText, Tokens,
};
#[cfg(feature = "keyring")]
pub use crate::store::KeyringStore;
#[cfg(feature = "redis")]
pub use crate::store::RedisStore;
pub use crate::store::{FileStore, MemoryStore, Revision, SessionStore, StoreLock, Stored, Swap};
#[cfg(feature = "encrypt")]
pub use crate::store::{SealError, SealKey, Sealed};
#[cfg(feature = "hyper")]
pub use crate::transport::hyper::HyperTransport;
