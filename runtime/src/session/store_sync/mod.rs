//! Keeps a session and its store consistent. Start with `state.rs`.
//!
//! `adopt.rs` reads the store, `writer.rs` and `write.rs` write to it, and `locked_refresh.rs` refreshes the session
//! while it holds the store's lock.

pub(super) mod adopt;
pub(super) mod after_commit;
pub(super) mod lock_slot;
pub(super) mod locked_refresh;
pub(super) mod login;
pub(super) mod prepare;
pub(super) mod resend;
pub(super) mod stalled_runtime;
pub(super) mod state;
pub(super) mod write;
pub(super) mod writer;
