//! Tests real processes that share one session and are killed or suspended, some at fixed steps and some at random
//! times. The server ends the session if a refresh token is used twice.
//!
//! The server runs in the test process, on a loopback socket. The server holds every refresh request until the test has
//! decided how to handle it, so the test does not depend on the machine's speed.
//!
//! In two cases, the loss of a session cannot be prevented, and the tests demonstrate both cases. If a process exits
//! after the server has rotated the refresh token, but before the process has stored the new refresh token, the new
//! token is lost. If a process is suspended after it has checked its lease, its refresh request can arrive after the
//! requests from other processes. With a grace period on the server, the session survives a lost refresh token and a
//! late refresh request. Without a grace period, a lost refresh token or a late refresh request ends the session, and
//! the error states the reason.
#![cfg(unix)]

mod after_a_kill;
mod fleet;
mod kills;
mod logins;
mod place;
mod process;
mod shop;
mod stalled_runtime;
mod steps;
mod suspended;
