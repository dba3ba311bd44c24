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
//! - Credentials go to the client's own origin and nowhere else, on every hop of a redirect.
//!
//! # What is where
//!
//! | for | see |
//! |---|---|
//! | declaring an API: every attribute | [`macro@api`] |
//! | building a client, sharing one between APIs | [`ClientBuilder`], [`Client`] |
//! | tokens from elsewhere, logout, events | [`Session`], [`Tokens`], [`trait@AsTokens`], [`FromSession`] |
//! | what a method can take | [`PathArgument`], [`QueryArgument`], [`HeaderArgument`], [`JsonBody`], [`FormBody`], [`IntoBody`] |
//! | several parts, files, streams as a body | [`Part`], [`Body`] |
//! | what a method can return | [`FromResponse`], [`Reply`], [`Outcome`] |
//! | answers as they arrive, or in pages | [`ByteStream`], [`Lines`], [`Events`], [`Pages`] |
//! | errors of your own | [`derive@ApiError`], [`Problem`] |
//! | what can go wrong, and an enum of your own for it | [`Error`], [`macro@ApiError`] |
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
//! | `gzip` `brotli` `zstd` `deflate` | | compressed answers |

mod body_deserializer;
mod builder;
mod call;
mod charset;
mod client;
mod courier;
mod decode;
mod decode_error;
mod dispatch;
mod encode;
mod endpoint;
mod error;
mod error_body;
mod json_place;
mod link;
mod media_type;
mod origin;
mod pages;
mod pending;
mod placement;
mod prepared;
mod problem;
mod rejection;
mod reply;
mod roles;
mod session;
mod store;
mod stream;
mod transport;
mod verdict;
mod wire;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use afresh_macros::{ApiError, AsTokens, api};

pub use crate::builder::ClientBuilder;
pub use crate::client::Client;
pub use crate::decode::{Answer, ByHand, ByReply, BySerde, FromResponse, Outcome, Reading, SessionOutcome};
pub use crate::encode::{
    AsPart, AsScalar, Body, FormBody, HeaderArgument, IntoBody, IntoPart, JsonBody, Part, PathArgument,
    QueryArgument,
};
pub use crate::error::{BoxError, Error, Result};
pub use crate::error_body::ErrorBody;
pub use crate::pages::Pages;
pub use crate::pending::Pending;
pub use crate::problem::Problem;
pub use crate::rejection::Rejection;
pub use crate::reply::{Receipt, Reply};
pub use crate::session::{
    AccessToken, AsTokens, FromSession, RefreshToken, Session, SessionEvent, SessionEvents, SessionState,
    SessionWrite, TokenLifetime, TokenText, Tokens,
};
pub use crate::store::{FileStore, MemoryStore, Revision, SessionStore, StoreLock, Stored, Swap};
pub use crate::stream::{ByteStream, Event, Events, Lines};
