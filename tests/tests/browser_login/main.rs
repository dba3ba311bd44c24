//! Logins with the browser of this machine, over real sockets: what the listener accepts, what attacks it, and how a login
//! ends. `provider.rs` has the authorization server and what stands in for the browser.

mod provider;

mod attacks;
mod endings;
mod logins;
mod openers;
mod step_up;
