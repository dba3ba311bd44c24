//! Logins with a browser on this machine, over real sockets: what the listener accepts, attacks on it, and how a login
//! ends. `provider.rs` has the authorization server and the replacement for the browser.

mod provider;

mod attacks;
mod endings;
mod logins;
mod openers;
mod step_up;
