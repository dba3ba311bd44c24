//! Logs a user in with the browser on this machine (RFC 8252): [`Browser`]. Start with `login.rs`.
//!
//! The server redirects the browser to a listener on the loopback interface.

mod connection;
mod listener;
mod login;
mod opener;
mod page;
mod step_up;

pub use self::login::Browser;
pub use self::opener::Opened;
