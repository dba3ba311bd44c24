//! Executes one call from start to finish: attaches the credential, sends the request, classifies the response,
//! refreshes the session, and retries. Start with `execution.rs`.
//!
//! Only this module sends a call more than once.

pub(crate) mod call_future;
pub(crate) mod classify;
pub(crate) mod context;
pub(crate) mod deadline;
pub(crate) mod execution;
pub(crate) mod logout_call;
pub(crate) mod options;
pub(crate) mod placement;
pub(crate) mod plan;
pub(crate) mod resend;
pub(crate) mod retry;
pub(crate) mod roles;
pub(crate) mod send;
pub(crate) mod settings;
pub(crate) mod start;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod start_hand_written;
pub(crate) mod start_role;
