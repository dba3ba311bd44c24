//! What `tracing` is told: a span for each call, one for each send in it, one for each refresh, and events
//! between. The only room that names `tracing`; without the feature its place is taken by `untraced`.
//!
//! Nothing that could be a secret is told: no URL, no header, no body, and no text but the runtime's own.
//! What a span's name cannot be, because it is a constant, is its `otel.name`.

mod call;
mod open_span;
mod redacted;
mod refresh;
mod send;
mod target;

pub(crate) use self::call::{call, refused, replays, retries, undecodable, waits};
pub(crate) use self::refresh::{refresh, refresh_discarded, refresh_ended, session_changed, session_warning};
pub(crate) use self::send::{InSpan, SendSpans};
