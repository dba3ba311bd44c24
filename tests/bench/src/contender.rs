//! The clients that the benchmark compares, in one file each. Every client in the benchmark makes the same call.

mod by_hand;
mod bytes;
#[cfg(feature = "reqwest-defaults")]
mod feignhttp;
mod floor;
mod generated;
mod hyper;
mod hyper_util;
mod middleware;
mod progenitor;
mod raw_transport;
mod single_flight;
mod single_flight_mutex;
mod tuned;

use std::future::Future;

pub use self::by_hand::ByHand;
pub use self::bytes::Bytes;
#[cfg(feature = "reqwest-defaults")]
pub use self::feignhttp::Feignhttp;
pub use self::floor::Floor;
pub use self::generated::{Generated, Lean, Limited, LimitedOverMemory, OverMemory, Shop, ShopClient};
pub use self::hyper::Hyper;
pub use self::hyper_util::HyperUtil;
pub use self::middleware::Middleware;
pub use self::progenitor::Progenitor;
pub use self::raw_transport::{RawTransport, Socket};
pub use self::single_flight::SingleFlight;
pub use self::single_flight_mutex::SingleFlightMutex;
pub use self::tuned::Tuned;
use crate::item::Item;

/// The access token with which every client starts.
pub const TOKEN: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJiZW5jaCJ9.0000000000000000000000000000000000000000000";

/// The port of the server for the feignhttp client. The port is fixed because feignhttp requires a constant URL.
pub const FEIGNHTTP_PORT: u16 = 47_361;

/// A client that sends `GET /items/{id}?q=…` with a bearer token and decodes the [`Item`] in the response.
pub trait Contender: Clone + Send + Sized + 'static {
    /// Creates a client for the server at `base`, an origin without a trailing slash.
    fn new(base: &str) -> Self;

    /// Creates a client that reports its rejected calls to [`refused`](crate::rush::refused).
    fn watched(base: &str) -> Self {
        Self::new(base)
    }

    /// Makes the call. Any result other than an item is a bug in this program.
    fn call(&mut self, id: u64, q: &str) -> impl Future<Output = Item> + Send;
}

/// Calls a generic function with the client type that has the given name.
macro_rules! with_contender {
    ($name:expr, $run:ident($($argument:expr),*)) => {
        match $name {
            "afresh-hyper" => $run::<$crate::contender::Lean>($($argument),*),
            "afresh-limited" => $run::<$crate::contender::Limited>($($argument),*),
            "afresh" => $run::<$crate::contender::Generated>($($argument),*),
            "reqwest" => $run::<$crate::contender::ByHand>($($argument),*),
            "reqwest-tuned" => $run::<$crate::contender::Tuned>($($argument),*),
            "reqwest-floor" => $run::<$crate::contender::Floor>($($argument),*),
            "single-flight-mutex" => $run::<$crate::contender::SingleFlightMutex>($($argument),*),
            "single-flight" => $run::<$crate::contender::SingleFlight>($($argument),*),
            "reqwest-middleware" => $run::<$crate::contender::Middleware>($($argument),*),
            "progenitor" => $run::<$crate::contender::Progenitor>($($argument),*),
            #[cfg(feature = "reqwest-defaults")]
            "feignhttp" => $run::<$crate::contender::Feignhttp>($($argument),*),
            "afresh-in-memory" => $run::<$crate::contender::OverMemory>($($argument),*),
            "afresh-limited-in-memory" => $run::<$crate::contender::LimitedOverMemory>($($argument),*),
            "single-flight-in-memory" => {
                $run::<$crate::contender::SingleFlight<$crate::in_memory::InMemory>>($($argument),*)
            }
            "single-flight-mutex-in-memory" => {
                $run::<$crate::contender::SingleFlightMutex<$crate::in_memory::InMemory>>($($argument),*)
            }
            "reqwest-middleware-in-memory" => {
                $run::<$crate::contender::Middleware<$crate::in_memory::InMemory>>($($argument),*)
            }
            "hyper-util" => $run::<$crate::contender::HyperUtil>($($argument),*),
            "hyper" => $run::<$crate::contender::Hyper>($($argument),*),
            "bytes" => $run::<$crate::contender::Bytes>($($argument),*),
            unknown => panic!("no contender is called {unknown}"),
        }
    };
}
pub(crate) use with_contender;

/// The name and description of each client except feignhttp, which requires reqwest's default features.
pub const ALL: [(&str, &str); 11] = [
    ("afresh", "**afresh**, generated"),
    ("afresh-hyper", "**afresh**, over `HyperTransport`"),
    ("reqwest", "reqwest by hand, idiomatic"),
    ("reqwest-tuned", "reqwest by hand, tuned"),
    ("single-flight", "reqwest by hand, with token refresh"),
    ("reqwest-middleware", "reqwest-middleware, with token refresh"),
    ("progenitor", "progenitor"),
    ("reqwest-floor", "lower bound: reqwest with a prepared request"),
    ("hyper-util", "lower bound: hyper-util's client"),
    ("hyper", "lower bound: hyper with one connection"),
    ("bytes", "lower bound: plain bytes on a socket"),
];

/// The clients that are also measured with reqwest's default features.
pub const OVER_DEFAULTS: [(&str, &str); 7] = [
    ("afresh", "**afresh**, generated"),
    ("reqwest", "reqwest by hand, idiomatic"),
    ("reqwest-tuned", "reqwest by hand, tuned"),
    ("single-flight", "reqwest by hand, with token refresh"),
    ("reqwest-middleware", "reqwest-middleware, with token refresh"),
    ("progenitor", "progenitor"),
    ("feignhttp", "feignhttp"),
];
