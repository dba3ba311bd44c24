//! A session's state machine decides what a call does before it is sent and after the server refuses it. The state
//! machine also publishes the session's snapshots. Read `machine` first.
//!
//! The state machine is pure: it does not use I/O, tasks, HTTP, clocks or random numbers. The type parameter `H` is the
//! type of a refresh handle. A refresh handle identifies a refresh, and callers use the handle to wait for the refresh.
//!
//! - The *epoch* counts logins and logouts. The *generation* counts published credentials. A
//!   [`Stamp`](crate::error::Stamp) contains the epoch and generation at the time when a call was sent.
//! - At most one refresh runs at a time. A login, a logout or a manual refresh detaches the running refresh, whose
//!   result is then discarded. The module `completion` handles the end of a refresh, and the module `epochs` handles
//!   the start and end of a login.

mod answers;
mod completion;
mod epochs;
mod machine;

pub(crate) use self::machine::StateMachine;
