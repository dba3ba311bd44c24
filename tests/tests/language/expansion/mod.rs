//! Tests the code that `#[api]` generates: its requests, its trait, its lint warnings, and its independence from the
//! surrounding code.

mod declared;
mod lints;
mod requests;
mod surroundings;
mod without_prelude;

use afresh::__private::Api;
use afresh_tests::{Seen, Stage};

/// Returns a client for a server that answers every request with an empty 200 response.
fn client_on<C: Api>(stage: &Stage) -> C {
    stage.respond(|_| 200);
    afresh::__private::builder("https://shop.test").transport(stage.service()).build().unwrap()
}

/// Returns the only request that the server received.
fn only(stage: &Stage) -> Seen {
    let log = stage.log();
    assert_eq!(log.len(), 1);
    log[0].clone()
}
