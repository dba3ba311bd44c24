//! What the runtime does, through its public API: calls, refreshes and replays against a [`World`](afresh_tests::World) in
//! memory, with the clock paused. One module per group of scenarios; a test's doc comment names the scenarios that it shows.

mod api;
mod crowd;
mod witness;

mod ambiguous;
mod bodies;
mod bounds;
mod cancellation;
mod clocks;
mod cookies;
mod endings;
mod exchange;
mod failures;
mod fruitless;
mod grants;
mod holding;
mod idempotency;
mod identity;
mod injection;
mod logout;
mod no_session;
mod origins;
mod outages;
mod own_code;
mod placement;
mod redirects;
mod refreshers;
mod replay;
mod reporting;
mod revocation;
mod rotation;
mod secrets;
mod single_call;
mod single_flight;
mod threads;
mod triggers;
mod verdicts;
