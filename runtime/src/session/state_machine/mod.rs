//! Decides what a call does before it is sent and after the server refuses it, and publishes the snapshots of the
//! session. Start with `machine.rs`.
//!
//! The state machine is pure: it does not use I/O, tasks, HTTP, clocks or random numbers. The type parameter `H` is the
//! type of a refresh handle. A refresh handle identifies a refresh, and callers use the handle to wait for the refresh.
//!
//! At most one refresh runs at a time. A login, a logout or a manual refresh detaches the running refresh, whose result
//! is then discarded. `completion.rs` handles the end of a refresh, and `epochs.rs` handles the start and end of a
//! login. ARCHITECTURE.md defines the words epoch, generation and stamp.

mod answers;
mod completion;
mod epochs;
mod machine;

pub(crate) use self::machine::StateMachine;
