//! What `tracing` is told of calls and refreshes: spans by OpenTelemetry's conventions for HTTP clients, in the right
//! order, under the right parents, and without a secret.

mod api;
mod recorder;

mod calls;
mod failures;
mod refreshes;
mod secrets;
mod threads;
