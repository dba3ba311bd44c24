//! Logins with a local browser, over real sockets: the requests that the listener accepts, attacks on the listener, and
//! failed logins. `provider.rs` contains the authorization server and the replacement for the browser.

mod provider;

mod attacks;
mod endings;
mod logins;
mod openers;
mod step_up;
