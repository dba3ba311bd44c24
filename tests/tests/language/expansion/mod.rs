//! The code that `#[api]` generates: the request of each attribute, the emitted trait, and code that compiles wherever
//! a trait can be declared.

mod declared;
mod lints;
mod requests;
mod surroundings;
mod without_prelude;

use afresh::__private::Api;
use afresh_tests::{Seen, Stage};

/// Returns a client of a stage that answers every request with an empty 200.
fn client_on<C: Api>(stage: &Stage) -> C {
    stage.respond(|_| 200);
    afresh::__private::builder("https://shop.test").transport(stage.service()).build().unwrap()
}

/// Returns the only request that arrived.
fn only(stage: &Stage) -> Seen {
    let log = stage.log();
    assert_eq!(log.len(), 1);
    log[0].clone()
}
