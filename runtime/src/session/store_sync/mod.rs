//! A session and its store: what is stored, and when. Start with `state`.

pub(super) mod adopt;
pub(super) mod after_commit;
pub(super) mod locked_refresh;
pub(super) mod resend;
pub(super) mod state;
pub(super) mod write;
