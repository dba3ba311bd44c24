//! OAuth 2.0 (RFC 6749) without a `#[refresh]` method: grants that are given to
//! [`ClientBuilder::refresher`](crate::ClientBuilder::refresher).
//!
//! | who acts | grant | needs |
//! |---|---|---|
//! | a user, who has logged in somewhere | [`RefreshTokenGrant`] (§6) | a refresh token: from a `#[login]` method, [`tokens`](crate::ClientBuilder::tokens) or [`Session::set`](crate::Session::set) |
//! | the program itself | [`ClientCredentials`] (§4.4) | its own id and secret; nobody logs in |
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
//! # Where secrets go
//!
//! To the endpoints that the grant names, over https, and nowhere else: a redirect is not followed. They may
//! be on another origin than the API. The access token does not go there, nor do the client's default headers
//! unless the origin is the API's own. Requests go through the client's transport, or one of the grant's own
//! ([`http`](RefreshTokenGrant::http)).
//!
//! # What answers mean
//!
//! | answer | then |
//! |---|---|
//! | tokens (§5.1) | they are the new credential; a refresh token that is left out stays as it was |
//! | `invalid_grant` (§5.2) | the session has expired ([`is_session_expired`](crate::Error::is_session_expired)) |
//! | `invalid_client`, any other error, 5xx, nonsense | the refresh failed for now ([`is_refresh`](crate::Error::is_refresh)), with an [`ErrorResponse`] among its causes; it is tried again after 1 s at first, up to 60 s, or when `Retry-After` says |
//! | no connection | the same |
//! | none, though the request went out; 502, 504, or a 503 in a gateway's words (a web page, Envoy's) | it is sent again, at most twice within 8 s: a server with a grace period gives the tokens again |
//! | none, and then `invalid_grant` | the session has expired, and [`is_rotation_lost`](crate::Error::is_rotation_lost) says why |

mod grants;
mod token_endpoint;

pub use self::grants::{ClientCredentials, RefreshTokenGrant};
pub use self::token_endpoint::ClientAuth;
pub use crate::refresh::error_response::ErrorResponse;
