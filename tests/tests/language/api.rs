//! Functions that create clients without a session for a [`Stage`], and clients with a session for a [`World`].

use afresh::__private::Api;
use afresh::{Client, Tokens};
use afresh_tests::{Seen, Stage, World};

pub const ORIGIN: &str = "https://shop.test";

pub fn client_on<C: Api>(stage: &Stage) -> C {
    afresh::__private::builder(ORIGIN).transport(stage.service()).build().unwrap()
}

/// Returns a client that starts with valid tokens and does not send a login request.
pub fn logged_in_client<C: Api>(world: &World) -> C {
    let issued = world.authority.issue();
    let tokens = Tokens::new(&*issued.access).with_refresh(&*issued.refresh);
    afresh::__private::builder(ORIGIN).transport(world.service()).tokens(tokens).build().unwrap()
}

/// Returns a client for a second API. The returned client shares the connection and the session of `client`.
pub fn beside<C: Api>(client: &Client) -> C {
    afresh::__private::wrap_client(client.clone())
}

pub fn only(stage: &Stage) -> Seen {
    let log = stage.log();
    assert_eq!(log.len(), 1, "{log:#?}");
    log[0].clone()
}

pub fn both(stage: &Stage) -> (Seen, Seen) {
    let log = stage.log();
    let [.., first, second] = &*log else { panic!("two sends: {log:#?}") };
    (first.clone(), second.clone())
}
