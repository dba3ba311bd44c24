//! Supports OAuth 2.0 (RFC 6749): refreshes without a `#[refresh]` method, and user logins (feature `login`).
//!
//! Pass a grant or an `App` to [`ClientBuilder::refresher`](crate::ClientBuilder::refresher).
//!
//! | the client acts for | grant | needs |
//! |---|---|---|
//! | a user | [`RefreshTokenGrant`] (§6) | a refresh token, from a `#[login]` method, [`tokens`](crate::ClientBuilder::tokens) or [`Session::set`](crate::Session::set) |
//! | the program itself | [`ClientCredentials`] (§4.4) | its own client identifier and secret, no login |
//!
//! ```
//! use afresh::{Client, Tokens, oauth2::{ClientCredentials, RefreshTokenGrant}};
//!
//! let user = RefreshTokenGrant::new("https://id.example/oauth/token").client_id("shop-app");
//! let user = Client::builder("https://shop.example")
//!     .tokens(Tokens::from_refresh("a refresh token kept from an earlier login"))
//!     .refresher(user)
//!     .build()?;
//!
//! let program = ClientCredentials::new("https://id.example/oauth/token", "billing", "its secret")
//!     .scope("orders:read")
//!     .resource("https://shop.example/");
//! let program = Client::builder("https://shop.example").refresher(program).build()?;
//! # Ok::<(), afresh::Error>(())
//! ```
//!
#![cfg_attr(feature = "login", doc = include_str!("../../docs/login.md"))]
//!
//! # Where secrets are sent
//!
//! Secrets are sent over https and only to the grant's endpoints, which can be at a different origin than the API.
//! Redirects are not followed. A token request does not contain an access token. A revocation request contains the
//! refresh token, or the access token if there is no refresh token. The client's default headers are sent only to
//! endpoints at the API's origin. Token requests use the client's transport, or the reqwest client that
//! [`http`](RefreshTokenGrant::http) sets. Login requests do not contain the client's default headers. The runtime
//! sends login requests with its own HTTP client, or with the reqwest client that `Server::http` sets.
//!
//! # How responses to a refresh are treated
//!
//! | response | result |
//! |---|---|
//! | tokens (§5.1) | they become the new credential; without a new refresh token, the old one is kept |
//! | `invalid_grant` (§5.2) | the session has expired ([`is_session_expired`](crate::Error::is_session_expired)) |
//! | `invalid_client`, any other error, 5xx, a malformed response | the refresh failed for now ([`is_refresh`](crate::Error::is_refresh)), with an [`ErrorResponse`] among its causes; the next attempt is possible after 1 s at first, later after at most 60 s, or after the time in `Retry-After` |
//! | no connection | the same |
//! | none, although the request was sent; 502, 504, or a 503 from a gateway (a web page, Envoy's text) | it is sent again, at most twice within 8 s; a server with a grace period returns the tokens again |
//! | none, and then `invalid_grant` | the session has expired, with [`is_rotation_lost`](crate::Error::is_rotation_lost) |

// To read the code, start with `grants.rs`.
// The code of the user logins starts in `redirect.rs`.

#[cfg(target_family = "wasm")]
mod absent;
#[cfg(feature = "login")]
mod app;
#[cfg(feature = "login")]
mod authorization_answer;
#[cfg(feature = "login")]
mod authorization_error;
#[cfg(feature = "login")]
mod authorization_request;
#[cfg(all(feature = "login", not(target_family = "wasm")))]
mod browser;
mod client_auth;
#[cfg(feature = "login")]
mod description;
#[cfg(feature = "login")]
mod device;
#[cfg(feature = "login")]
mod device_answer;
#[cfg(feature = "login")]
mod discovery;
mod endpoint_url;
mod grants;
#[cfg(feature = "login")]
mod login;
#[cfg(feature = "login")]
mod metadata;
#[cfg(feature = "login")]
mod pkce;
#[cfg(feature = "login")]
mod polling;
#[cfg(feature = "login")]
mod redirect;
#[cfg(feature = "login")]
mod server;
mod token_endpoint;

#[cfg(all(feature = "login", target_family = "wasm"))]
pub use self::absent::{Browser, Opened};
#[cfg(all(feature = "login", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "login")))]
pub use self::browser::{Browser, Opened};
pub use self::client_auth::ClientAuth;
pub use self::grants::{ClientCredentials, RefreshTokenGrant};
#[cfg(feature = "login")]
#[cfg_attr(docsrs, doc(cfg(feature = "login")))]
pub use self::{
    app::App,
    authorization_error::AuthorizationError,
    authorization_request::AuthorizationRequest,
    device::{Device, DeviceCode},
    discovery::Discovery,
    redirect::Redirect,
    server::Server,
};
pub use crate::refresh::error_response::ErrorResponse;
