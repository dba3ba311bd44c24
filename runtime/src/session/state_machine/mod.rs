//! The state machine of a session decides what a call does before it is sent and after the server refused it. The
//! state machine also publishes the snapshots. Read `machine` first.
//!
//! The state machine is pure: it uses no I/O, no tasks, no HTTP, no clock and no random numbers. The type
//! parameter `H` is the handle of a refresh. Callers wait for this handle, and it identifies the refresh that
//! completes.
//!
//! - The *epoch* counts logins and logouts. The *generation* counts published credentials. A
//!   [`Stamp`](crate::error::Stamp) contains both numbers at the time when a call was sent.
//! - At most one refresh is running. A login, a logout or a manual refresh detaches the running refresh, and its
//!   result is discarded. The file `completion` implements the end of a refresh, and the file `epochs` implements
//!   the begin and the end of a login.

mod answers;
mod completion;
mod epochs;
mod machine;

pub(crate) use self::machine::StateMachine;
