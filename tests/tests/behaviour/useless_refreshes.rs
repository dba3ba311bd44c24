//! Tests refreshes that do not resolve a refusal, because the server also refuses the new token, or because the refresh
//! returns the refused access token.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, AuthorityConfig, Role, World};
use tokio::time::advance;

use crate::api::{ANN, Order, Shop, logged_in_client, logged_out_client, order};
use crate::transports::ConnectTo;

/// C13: a server that refuses every new token receives at most five refreshes per minute.
#[tokio::test(start_paused = true)]
async fn after_five_useless_refreshes_a_call_fails_without_another() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| 401);

    for _ in 0..5 {
        assert_eq!(shop.orders().await.unwrap_err().status().unwrap(), 401);
    }
    for _ in 0..20 {
        let error = shop.orders().await.unwrap_err();
        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), 401);
    }
    world.authority.assert_refreshes(5);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);

    advance(Duration::from_secs(61)).await;
    assert_eq!(shop.orders().await.unwrap_err().status().unwrap(), 401);
    world.authority.assert_refreshes(6);
}

/// C13: if the server accepts a token, the count of refreshes that did not resolve a refusal is reset.
#[tokio::test(start_paused = true)]
async fn a_success_between_useless_refreshes_resets_the_count() {
    let world = World::new();
    let shop = logged_in_client(&world);

    for round in 1..=3 {
        world.stage.respond(|_| 401);
        for _ in 0..4 {
            assert_eq!(shop.orders().await.unwrap_err().status().unwrap(), 401);
        }
        world.authority.assert_refreshes(4 * round);
        world.stage.respond(|_| order(7));
        shop.orders().await.unwrap();
    }
}

/// Returns a fake server that issues the same access token at each refresh, and refuses calls for reports with the
/// given status.
fn repeating(status: u16) -> World {
    let world = World::with(AuthorityConfig { repeats_access: true, ..AuthorityConfig::default() });
    let authority = world.authority.clone();
    world.stage.respond(move |seen| match seen.token() {
        Some(token) if authority.accepts(token) && !seen.path().starts_with("/reports") => order(7).into(),
        _ => Answer::json(status, serde_json::json!({ "why": "not yours" })),
    });
    world
}

/// W1: if the refresh after a 403 response without a challenge returns the refused access token, the call returns the
/// 403 response with its body. The session is kept, and later calls do not trigger a refresh.
#[tokio::test(start_paused = true)]
async fn a_403_whose_refresh_brings_the_same_token_is_the_answer() {
    let world = repeating(403);
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    for sends in 1..=20 {
        let error = shop.report(7).await.unwrap_err();
        assert!(error.is_status() && !error.is_no_progress(), "{error:?}");
        assert_eq!(error.status().unwrap(), 403);
        assert_eq!(error.json::<serde_json::Value>().unwrap()["why"], "not yours");
        assert_eq!(error.rejection().unwrap().status(), 403);
        world.stage.assert_sends(sends);
    }
    world.authority.assert_refreshes(1);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(shop.order(7).await.unwrap().id, 7);
}

/// W1: if a refresh returns the refused access token, each waiting call returns the 403 response that it received.
#[tokio::test(start_paused = true)]
async fn all_waiting_403s_are_answers_if_the_refresh_brings_the_same_token() {
    let world = repeating(403);
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let calls: Vec<_> = (0..50).map(|id| tokio::spawn(shop.report(id))).collect();
    world.authority.parked(Role::Refresh).await.release();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_status(), "{error:?}");
    }
    world.authority.assert_refreshes(1);
}

/// W1: if the refresh after a 401 response returns the refused access token, the call fails with an error for which
/// `is_no_progress` returns `true`.
#[tokio::test(start_paused = true)]
async fn a_401_whose_refresh_brings_the_same_token_is_no_progress() {
    let world = repeating(401);
    let shop = logged_in_client(&world);
    for _ in 0..3 {
        let error = shop.report(7).await.unwrap_err();
        assert!(error.is_no_progress(), "{error:?}");
    }
    world.authority.assert_refreshes(1);
}

/// The errors that a request for a single report can return.
#[derive(Debug, afresh::ApiError)]
enum ReportError {
    #[status(403)]
    Forbidden(serde_json::Value),
    #[other]
    Other(afresh::Error),
}

#[afresh::api]
trait Reports {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(
        &self,
        #[json("refresh_token")] token: afresh::RefreshToken,
    ) -> afresh::Result<afresh::Tokens>;

    #[get("/reports/{id}")]
    async fn typed(&self, id: u64) -> Result<Order, ReportError>;

    #[none_on(403)]
    #[get("/reports/{id}")]
    async fn optional(&self, id: u64) -> afresh::Result<Option<Order>>;

    #[no_replay]
    #[post("/reports/{id}")]
    async fn once(&self, id: u64) -> afresh::Result<()>;
}

/// W1: typed errors, `none_on` and `no_replay` also work if the refresh after a 403 response returns the refused access
/// token.
#[tokio::test(start_paused = true)]
async fn typed_errors_see_the_403_whose_refresh_brings_the_same_token() {
    let reports = |world: &World| {
        let issued = crate::api::tokens(&world.authority.issue());
        let client = afresh::Client::builder(crate::api::ORIGIN).connect_to(world.clone()).tokens(issued);
        ReportsClient::new(client.build().unwrap())
    };
    let world = repeating(403);
    let error = reports(&world).typed(7).await.unwrap_err();
    assert!(matches!(&error, ReportError::Forbidden(body) if body["why"] == "not yours"), "{error:?}");
    let world = repeating(403);
    assert_eq!(reports(&world).optional(7).await.unwrap(), None);
    let world = repeating(403);
    let error = reports(&world).once(7).await.unwrap_err();
    assert!(error.is_status() && error.status().unwrap() == 403, "{error:?}");
    world.authority.assert_refreshes(1);
}
