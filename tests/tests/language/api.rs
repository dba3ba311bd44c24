//! Functions that create clients of a [`Stage`] without a session and clients of a [`World`] with a session.

use afresh::__private::Api;
use afresh::{Client, Tokens};
use afresh_tests::{Seen, Stage, World};

/// The origin of all doubles.
pub const ORIGIN: &str = "https://shop.test";

/// Returns a client of an API without a session.
pub fn client_on<C: Api>(stage: &Stage) -> C {
    afresh::__private::builder(ORIGIN).transport(stage.service()).build().unwrap()
}

/// Returns a client that starts with the authority's first tokens and sends no login request.
pub fn logged_in_client<C: Api>(world: &World) -> C {
    let issued = world.authority.issue();
    let tokens = Tokens::new(&*issued.access).with_refresh(&*issued.refresh);
    afresh::__private::builder(ORIGIN).transport(world.service()).tokens(tokens).build().unwrap()
}

/// Returns a client of another API with the same underlying client.
pub fn beside<C: Api>(client: &Client) -> C {
    afresh::__private::wrap_client(client.clone())
}

/// Returns the only request that arrived.
pub fn only(stage: &Stage) -> Seen {
    let log = stage.log();
    assert_eq!(log.len(), 1, "{log:#?}");
    log[0].clone()
}

/// Returns both requests of a call that was sent again.
pub fn both(stage: &Stage) -> (Seen, Seen) {
    let log = stage.log();
    let [.., first, second] = &*log else { panic!("two sends: {log:#?}") };
    (first.clone(), second.clone())
}
