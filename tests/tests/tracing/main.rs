//! What the runtime reports to `tracing` about calls and refreshes: spans by OpenTelemetry's conventions for HTTP
//! clients, in the right order, under the right parents, and without secrets.

mod api;
mod recorder;

mod calls;
mod failures;
mod refreshes;
mod secrets;
mod threads;
