//! Tests which HTTP statuses start a refresh.

use afresh::{RefreshToken, Result, Tokens, api};
use afresh_tests::World;
use serde_json::Value;

use crate::api::{ORIGIN, Shop, ShopClient, builder, logged_in_client, tokens};
use crate::transports::ConnectTo;

/// A client with a `call` method, for tests that use clients with different sets of refresh statuses.
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

/// Tests each status on a separate server, and returns the statuses that start a refresh.
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

/// A3: by default, only the statuses 401 and 403 start a refresh.
#[tokio::test(start_paused = true)]
async fn by_default_only_401_and_403_start_a_refresh() {
    assert_eq!(triggers(logged_in_client).await, [401, 403], "statuses that start a refresh");
}

/// A3: a trait can declare the statuses that start a refresh.
#[tokio::test(start_paused = true)]
async fn an_api_can_set_the_statuses_that_start_a_refresh() {
    assert_eq!(triggers(odd).await, [419, 440], "statuses that start a refresh");
}

/// A3: a trait method can declare the statuses that start a refresh.
#[tokio::test(start_paused = true)]
async fn a_method_can_set_the_statuses_that_start_a_refresh() {
    assert_eq!(triggers(|world| Teapots(odd(world))).await, [418], "statuses that start a refresh");
}

/// A3: the client builder can set the statuses that start a refresh.
#[tokio::test(start_paused = true)]
async fn a_client_can_set_the_statuses_that_start_a_refresh() {
    let client = |world: &World| {
        let issued = tokens(&world.authority.issue());
        builder(world).tokens(issued).refresh_on([401, 498]).build().unwrap()
    };
    assert_eq!(triggers(client).await, [401, 498], "statuses that start a refresh");
}

/// W17: a response whose status is listed in `refresh_on` is treated as a refusal, even if the session has no refresh
/// token.
#[tokio::test(start_paused = true)]
async fn a_listed_status_is_a_rejection_without_anything_to_refresh_with() {
    for status in [401, 403, 409, 419, 440, 498, 599] {
        let world = World::new();
        let access = Tokens::new(&*world.authority.issue().access);
        let shop =
            builder(&world).tokens(access).refresh_on([401, 403, 409, 419, 440, 498, 599]).build().unwrap();
        world.stage.respond(move |_| status);
        let error = shop.orders().await.unwrap_err();
        assert_eq!(error.rejection().map(|rejection| rejection.status().as_u16()), Some(status));
        assert_eq!(error.status().unwrap(), status);
        world.authority.assert_refreshes(0);
    }
}

/// W17: if `refresh_on` or `session_ends_on` receives a number that is not a valid status code, `build` returns an
/// error.
#[test]
fn a_number_that_is_no_status_is_refused() {
    for status in [0, 42, 99, 600, 999, 1000, u16::MAX] {
        let error = ShopClient::builder(ORIGIN).refresh_on([status]).build().unwrap_err();
        assert!(error.is_builder(), "{status}: {error:?}");
        let error = ShopClient::builder(ORIGIN).session_ends_on([status]).build().unwrap_err();
        assert!(error.is_builder(), "{status}: {error:?}");
    }
    for status in [100, 419, 599] {
        ShopClient::builder(ORIGIN).refresh_on([status]).session_ends_on([status]).build().unwrap();
    }
}

#[api(refresh_on(302, 401))]
trait LoginPage {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[post("/orders")]
    async fn place(&self) -> Result<String>;

    #[public]
    #[post("/orders")]
    async fn place_publicly(&self) -> Result<String>;

    #[refresh_on(303)]
    #[post("/orders")]
    async fn place_other(&self) -> Result<String>;
}

fn login_page(world: &World) -> LoginPageClient {
    let issued = tokens(&world.authority.issue());
    LoginPageClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap()
}

/// W18: a redirect whose status is listed in `refresh_on` starts a refresh and is not followed. If the server still
/// redirects a call after a refresh, the call fails.
#[tokio::test(start_paused = true)]
async fn a_listed_redirect_is_classified_before_it_is_followed() {
    let world = World::new();
    let shop = login_page(&world);
    let authority = world.authority.clone();
    world.stage.respond(move |seen| match (seen.path(), seen.token()) {
        ("/login", _) => afresh_tests::Answer::html(200, "<html>Log in</html>"),
        (_, Some(token)) if authority.accepts(token) => afresh_tests::Answer::text(200, "placed"),
        _ => afresh_tests::Answer::redirect("/login"),
    });
    world.authority.expire();
    assert_eq!(shop.place().await.unwrap(), "placed");
    world.authority.assert_refreshes(1);
    world.stage.respond(|seen| match seen.path() {
        "/login" => afresh_tests::Answer::html(200, "<html>Log in</html>"),
        _ => afresh_tests::Answer::redirect("/login"),
    });
    let error = shop.place().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 302, "{error:?}");
    assert_eq!(world.stage.routes().iter().filter(|route| route.contains("login")).count(), 0);
    // A redirect is followed if the method is `#[public]` or the redirect's status is not listed in `refresh_on`.
    assert!(shop.place_publicly().await.unwrap().contains("Log in"));
    assert!(shop.place_other().await.unwrap().contains("Log in"));
}

/// W18: the builder rejects a redirect status in `refresh_on` if the reqwest client follows redirects itself.
#[tokio::test]
async fn a_listed_redirect_is_refused_with_a_client_that_follows_redirects() {
    let follows = reqwest::Client::new;
    let error = LoginPageClient::builder(ORIGIN).http(follows()).build().unwrap_err();
    assert!(error.is_builder() && error.to_string().contains("302"), "{error:?}");
    assert!(OddClient::builder(ORIGIN).http(follows()).refresh_on([307]).build().is_err());
    let stays = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    LoginPageClient::builder(ORIGIN).http(stays).build().unwrap();
    OddClient::builder(ORIGIN).http(follows()).refresh_on([304, 401]).build().unwrap();
}
