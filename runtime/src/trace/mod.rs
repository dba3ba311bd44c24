//! Emits events, and opens spans for calls, requests and refreshes. Start with `call.rs`.
//!
//! Only this module uses the `tracing` crate. Without the `tracing` feature, `untraced.rs` replaces this module.
//!
//! URLs, headers, bodies, and error messages from other crates are never recorded, because they can contain secrets.
//! The name of a `tracing` span must be a constant, so the span's field `otel.name` contains the name of the trait
//! method or of the request.

mod call;
mod open_span;
mod redacted;
mod refresh;
mod send;
mod target;

pub(crate) use self::call::{call, refused, replays, retries, undecodable, waits};
pub(crate) use self::refresh::{refresh, refresh_discarded, refresh_ended, session_changed, session_warning};
pub(crate) use self::send::{InSpan, SendSpans};
