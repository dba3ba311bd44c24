//! Tests that the runtime's spans and events follow OpenTelemetry's conventions for HTTP clients, have the right
//! parents, and do not contain secrets.

mod api;
mod recorder;

mod calls;
mod failures;
mod refreshes;
mod secrets;
mod threads;
