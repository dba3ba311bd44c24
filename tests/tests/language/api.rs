//! Clients of a [`Stage`] without a session, and of a [`World`] with one.

use afresh::__private::Api;
use afresh::{Client, Tokens};
use afresh_tests::{Seen, Stage, World};

/// The origin of all doubles.
pub const ORIGIN: &str = "https://shop.test";

/// A client of an API without a session.
pub fn client_on<C: Api>(stage: &Stage) -> C {
    afresh::__private::builder(ORIGIN).transport(stage.service()).build().unwrap()
}

/// A client with the authority's first tokens, without a login request.
pub fn logged_in_client<C: Api>(world: &World) -> C {
    let issued = world.authority.issue();
    let tokens = Tokens::new(&*issued.access).with_refresh(&*issued.refresh);
    afresh::__private::builder(ORIGIN).transport(world.service()).tokens(tokens).build().unwrap()
}

/// Another API over the same client.
pub fn beside<C: Api>(client: &Client) -> C {
    afresh::__private::wrap_client(client.clone())
}

/// The only request that arrived.
pub fn only(stage: &Stage) -> Seen {
    let log = stage.log();
    assert_eq!(log.len(), 1, "{log:#?}");
    log[0].clone()
}

/// The two sends of a call that was sent again.
pub fn both(stage: &Stage) -> (Seen, Seen) {
    let log = stage.log();
    let [.., first, second] = &*log else { panic!("two sends: {log:#?}") };
    (first.clone(), second.clone())
}
