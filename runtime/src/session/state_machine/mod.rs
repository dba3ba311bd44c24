//! The state machine of a session. It decides what a call does before it is sent and after it was refused, and it
//! publishes the snapshots. Read `machine` first.
//!
//! It is pure: no I/O, no tasks, no HTTP, no clock and no random numbers. `H` is the handle of a refresh. Callers wait
//! for it, and it identifies the refresh that completes.
//!
//! - The *epoch* counts logins and logouts. The *generation* counts published credentials. A
//!   [`Stamp`](crate::error::Stamp) holds both, as they were when a call was sent.
//! - At most one refresh is running. A login, a logout or a manual refresh detaches it; its result is then
//!   discarded. The end of a refresh is in `completion`, the end of a login in `epochs`.

mod answers;
mod completion;
mod epochs;
mod machine;

pub(crate) use self::machine::StateMachine;
