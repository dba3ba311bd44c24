//! What `#[api]` makes of a trait: the request each attribute leads to, the trait that is left, and that the
//! generated code is at home wherever a trait can stand.

mod declared;
mod quiet;
mod requests;
mod surroundings;
mod unpreluded;

use afresh::__private::Api;
use afresh_tests::{Seen, Stage};

/// A client on a stage that answers everything with 200 and nothing.
fn client_on<C: Api>(stage: &Stage) -> C {
    stage.respond(|_| 200);
    afresh::__private::builder("https://shop.test").transport(stage.service()).build().unwrap()
}

/// The only request that arrived.
fn only(stage: &Stage) -> Seen {
    let log = stage.log();
    assert_eq!(log.len(), 1);
    log[0].clone()
}
