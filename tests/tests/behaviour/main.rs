//! What the runtime does, through its public API: calls, refreshes and replays against a [`World`](afresh_tests::World) in
//! memory, with the clock paused. One module per group of scenarios; a test's doc comment names the scenarios that it shows.

mod api;
mod crowd;
mod witness;

mod bodies;
mod bounds;
mod by_hand;
mod cancellation;
mod clocks;
mod cookie_sessions;
mod cookies;
mod doubts;
mod endings;
mod exchange;
mod failures;
mod fruitless;
mod holding;
mod idempotency;
mod identity;
mod injection;
mod keep_fresh;
mod last_credential;
mod logout;
mod no_session;
mod origins;
mod outages;
mod outer_retry;
mod own_code;
mod placement;
mod reasons;
mod redirects;
mod replay;
mod reporting;
mod rotation;
mod rules;
mod secrets;
mod signatures;
mod single_call;
mod single_flight;
mod stampede;
mod tenants;
mod threads;
mod triggers;
mod verdicts;
