//! Tests logins with a local browser over real sockets: which requests the listener accepts, attacks on the listener,
//! and failed logins. `provider.rs` contains the fake authorization server and a stand-in for the browser.

mod provider;

mod attacks;
mod endings;
mod logins;
mod openers;
mod step_up;
