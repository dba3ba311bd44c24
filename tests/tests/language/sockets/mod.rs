//! Tests every kind of parameter and every return type over real sockets.

mod answers;
mod arguments;
mod bodies;
mod clients;
mod formats;
mod grants;
mod lengths;
mod lists;
mod proxies;
mod redirects;
mod server;
