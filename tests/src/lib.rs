//! The other side of the wire, for tests: servers that do nothing but what the test tells them to.
//!
//! - [`Stage`]: an API at which every request parks until the test answers it.
//! - [`Authority`]: the endpoints of login, refresh and logout, with [`Knobs`] for everything that real ones do wrong.
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
mod authority;
mod counter;
mod double;
mod gate;
mod journal;
mod knobs;
mod ledger;
mod origins;
mod redis_server;
mod reply;
mod seen;
mod socket;
mod stage;
pub mod store_conformance;
mod world;

pub use answer::{Answer, Feed};
pub use authority::{Authority, Issued};
pub use counter::Parked;
pub use double::{BoxError, Double, InMemory, Outcome};
pub use journal::Moment;
pub use knobs::{Carrier, Conduct, Knobs, Role, SecretField};
pub use origins::Origins;
pub use redis_server::RedisServer;
pub use reply::ReplyBody;
pub use seen::{Fate, Seen};
pub use socket::Listening;
pub use stage::{Arrival, Stage};
pub use world::World;
