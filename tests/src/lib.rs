//! Test doubles of servers. A test double does only what the test configures.
//!
//! - [`Stage`]: an API that holds every request until the test answers it.
//! - [`Authority`]: an authorization server with endpoints for login, refresh and logout. [`AuthorityConfig`] sets how
//!   the authorization server behaves, including the faults that real servers have.
//! - [`World`]: an API and an authorization server at one origin. [`Origins`]: several test doubles at several origins.
//!
//! Each double implements [`Double`]. `.service()` returns a tower service that is an in-memory transport for a client,
//! and `.listen()` serves the same test double on a loopback socket. The test doubles never sleep, so every in-memory
//! test is deterministic under Tokio's paused clock. Do not use sockets with a paused clock: the clock advances while a
//! test waits for the network.
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
//! stage.assert_sends(1);
//! # });
//! ```
//!
//! This crate also contains [`RedisServer`], a real Redis server for one test, and [`store_conformance`], the checks
//! that every session store must pass. `tests/README.md` explains which test double to use for which test.

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
