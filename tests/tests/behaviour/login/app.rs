//! Tests an `App` that refreshes a session through the client's transport.

use afresh::oauth2::{App, Server};
use afresh::{Result, SessionState, api};
use afresh_tests::{Origins, Role, World};
use serde_json::Value;

use super::provider::form;
use crate::api::{ORIGIN, tokens};
use crate::transports::ConnectTo;

#[api]
trait Orders {
    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;
}

fn app() -> App {
    let server = Server::new("https://id.test/authorize", "https://id.test/api/user/refresh_token")
        // If the client sends a token to the revocation endpoint, the fake server ends the token's session.
        .revocation_endpoint("https://id.test/api/user/logout");
    server.client("shop-app").scope("orders").param("prompt", "login").resource("https://shop.test/")
}

fn client(world: &World, app: App) -> OrdersClient {
    let origins = Origins::new().at(ORIGIN, world.clone()).at("https://id.test", world.authority.clone());
    let given = tokens(&world.authority.issue());
    OrdersClient::builder(ORIGIN).connect_to(origins).tokens(given).refresher(app).build().unwrap()
}

/// B1: an `App` sends one refresh request for all waiting calls. The refresh request contains the login's resources
/// (RFC 8707 §2.2), but none of the login's other parameters.
#[tokio::test(start_paused = true)]
async fn an_app_refreshes_once_for_all_calls() {
    let world = World::new();
    let orders = client(&world, app());
    world.authority.expire();
    world.guard(403);
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(orders.orders())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    world.authority.assert_refreshes(1);
    let expected = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*world.authority.refresh(1)),
        ("resource", "https://shop.test/"),
        ("client_id", "shop-app"),
    ];
    let sent = form(&world.authority.requests(Role::Refresh)[0]);
    assert_eq!(sent, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn an_app_authenticates_at_a_refresh_as_at_a_login() {
    let world = World::new();
    let orders = client(&world, app().secret("pä:ss"));
    world.authority.expire();
    world.guard(403);
    orders.orders().await.unwrap();
    let exchange = &world.authority.requests(Role::Refresh)[0];
    assert_eq!(exchange.header("authorization"), Some("Basic c2hvcC1hcHA6cCVDMyVBNCUzQXNz"));
}

/// RFC 7009: `revoke` sends the refresh token to the revocation endpoint and ends the session.
#[tokio::test(start_paused = true)]
async fn an_app_revokes_the_tokens_of_its_session() {
    let world = World::new();
    let orders = client(&world, app());
    orders.client().session().revoke().await.unwrap();
    assert_eq!(orders.client().session().state(), SessionState::LoggedOut);
    let sent = form(&world.authority.requests(Role::Logout)[0]);
    let expected = [
        ("token", &*world.authority.refresh(1)),
        ("token_type_hint", "refresh_token"),
        ("client_id", "shop-app"),
    ];
    assert_eq!(sent, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}
