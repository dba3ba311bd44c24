//! The other side of the wire, for tests: servers that do nothing but what the test tells them to.
//!
//! - [`Stage`]: an API at which every request parks until the test answers it.
//! - [`Authority`]: the endpoints of login, refresh and logout, with [`AuthorityConfig`] for everything that real ones do wrong.
//! - [`World`]: both on one origin. [`Origins`]: several of them on several origins.
//!
//! Each is a [`Double`]: `.service()` is a tower service for a client's transport, in memory, and `.listen()` serves the same
//! double on a loopback socket. Nothing sleeps and nothing depends on real time: with tokio's clock paused, everything in
//! memory is deterministic. (Sockets and a paused clock do not mix: waiting for the network looks like idling.)
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use afresh_tests::Stage;
//! use tower::ServiceExt;
//!
//! let stage = Stage::new();
//! let request = reqwest::Request::new(http::Method::GET, "https://api.test/orders/7".parse().unwrap());
//! let call = tokio::spawn(stage.service().oneshot(request));
//!
//! let arrival = stage.arrival().await; // parked: the caller waits
//! assert_eq!(arrival.path(), "/orders/7");
//! arrival.answer(403);
//!
//! assert_eq!(call.await.unwrap().unwrap().status(), 403);
//! assert_eq!(stage.sends(), 1);
//! # });
//! ```
//!
//! Beside them: [`RedisServer`], a real one for one test, and [`store_conformance`], what every store of sessions must keep to.

mod answer;
mod assertions;
mod authority;
mod authority_config;
mod double;
mod gate;
mod issued_tokens;
mod origins;
mod redis_server;
mod request_log;
mod response_body;
mod seen;
mod socket;
mod stage;
pub mod store_conformance;
mod token_requests;
mod world;

pub use answer::{Answer, BodySender};
pub use authority::{Authority, TokenPair};
pub use authority_config::{AuthorityConfig, Handling, RefreshTokenField, RefreshTokenIn, Role};
pub use double::{BoxError, Double, InMemory, Outcome};
pub use origins::Origins;
pub use redis_server::RedisServer;
pub use request_log::LogEntry;
pub use response_body::ResponseBody;
pub use seen::{RequestState, Seen};
pub use socket::{Listening, connect};
pub use stage::{Arrival, Stage};
pub use token_requests::ParkedRequest;
pub use world::World;
