//! Which statuses start a refresh, tried one by one.

use afresh::{RefreshToken, Result, Tokens, api};
use afresh_tests::World;
use serde_json::Value;

use crate::api::{ORIGIN, Shop, ShopClient, builder, logged_in_client, tokens};
use crate::transports::ConnectTo;

/// The same call under four sets of statuses.
trait Calls {
    async fn call(&self);
}

#[api(refresh_on(419, 440))]
trait Odd {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;

    #[refresh_on(418)]
    #[get("/teapots")]
    async fn teapots(&self) -> Result<Value>;
}

struct Teapots(OddClient);

impl Calls for ShopClient {
    async fn call(&self) {
        let _ = self.orders().await;
    }
}

impl Calls for OddClient {
    async fn call(&self) {
        let _ = self.orders().await;
    }
}

impl Calls for Teapots {
    async fn call(&self) {
        let _ = self.0.teapots().await;
    }
}

/// The statuses that start a refresh. Each is tried in its own world.
async fn triggers<C: Calls>(client: impl Fn(&World) -> C) -> Vec<u16> {
    let mut triggers = Vec::new();
    for status in 100..600 {
        let world = World::new();
        world.stage.respond(move |_| status);
        client(&world).call().await;
        if world.authority.refreshes() > 0 {
            triggers.push(status);
        }
        assert_eq!(world.stage.sends(), world.authority.refreshes() + 1, "requests at the API: {status}");
    }
    triggers
}

fn odd(world: &World) -> OddClient {
    let issued = tokens(&world.authority.issue());
    OddClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap()
}

/// A3: 401 and 403, and no other status.
#[tokio::test(start_paused = true)]
async fn by_default_only_401_and_403_start_a_refresh() {
    assert_eq!(triggers(logged_in_client).await, [401, 403]);
}

/// A3: an API can set its own statuses.
#[tokio::test(start_paused = true)]
async fn an_api_can_set_the_statuses_that_start_a_refresh() {
    assert_eq!(triggers(odd).await, [419, 440]);
}

/// A3: a method can set its own statuses.
#[tokio::test(start_paused = true)]
async fn a_method_can_set_the_statuses_that_start_a_refresh() {
    assert_eq!(triggers(|world| Teapots(odd(world))).await, [418]);
}

/// A3: a client can set its own statuses.
#[tokio::test(start_paused = true)]
async fn a_client_can_set_the_statuses_that_start_a_refresh() {
    let client = |world: &World| {
        let issued = tokens(&world.authority.issue());
        builder(world).tokens(issued).refresh_on([401, 498]).build().unwrap()
    };
    assert_eq!(triggers(client).await, [401, 498]);
}
