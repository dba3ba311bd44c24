//! Declare your HTTP API as a Rust trait; get a typed client whose session never expires under you.

mod body_deserializer;
mod builder;
mod call;
mod client;
mod courier;
mod decode;
mod dispatch;
mod encode;
mod endpoint;
mod error;
mod origin;
mod pending;
mod placement;
mod prepared;
mod problem;
mod rejection;
mod reply;
mod roles;
mod session;
mod transport;
mod verdict;
mod wire;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use afresh_macros::api;

pub use crate::builder::ClientBuilder;
pub use crate::client::Client;
pub use crate::decode::{Answer, ByHand, ByReply, BySerde, FromResponse, Outcome, SessionOutcome};
pub use crate::encode::{Body, FormBody, HeaderArgument, IntoBody, JsonBody, PathArgument, QueryArgument};
pub use crate::error::{BoxError, Error, Result};
pub use crate::pending::Pending;
pub use crate::problem::Problem;
pub use crate::rejection::Rejection;
pub use crate::reply::{Receipt, Reply};
pub use crate::session::{
    AccessToken, AsTokens, FromSession, RefreshToken, Session, SessionEvent, SessionEvents, SessionState,
    SessionWrite, Tokens,
};
