//! Tests that tokens that are no longer needed are revoked in the background, and that tokens in use are not revoked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use afresh::oauth2::RefreshTokenGrant;
use afresh::refresh::RefreshContext;
use afresh::{Error, Refresher, Result, SessionEvent, SessionState, Tokens};
use afresh_tests::{Answer, AuthorityConfig, Handling, ParkedRequest, Role, World};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::api::{ANN, ORIGIN, Order, Shop, ShopClient, builder, event_names, order, tokens};
use crate::identity::HOLDS;
use crate::waiting::{done, next_event, settled};

/// The fake server's revocation endpoint, which ends the session that a received token belongs to.
const REVOKE: &str = "https://shop.test/api/user/logout";

/// Returns a client that has tokens and refreshes them with a grant instead of a `#[refresh]` method.
fn logged_in_client(world: &World) -> ShopClient {
    let grant = RefreshTokenGrant::new(format!("{ORIGIN}/api/user/refresh_token"))
        .client_id("app")
        .revocation_endpoint(REVOKE);
    builder(world).tokens(tokens(&world.authority.issue())).refresher(grant).build().unwrap()
}

/// Starts a call that waits for a refresh, and returns the call and the held refresh response.
async fn refreshing(world: &World, shop: &ShopClient) -> (JoinHandle<Result<Order>>, ParkedRequest) {
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    (call, world.authority.parked(Role::Refresh).await)
}

/// G9, J1: if new tokens arrive after a logout, they are revoked with an RFC 7009 request that contains the refresh
/// token.
#[tokio::test(start_paused = true)]
async fn tokens_that_arrive_after_a_logout_are_revoked() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let (call, exchange) = refreshing(&world, &shop).await;
    shop.session().clear().await.unwrap();
    assert!(done(call).await.unwrap_err().is_no_session());
    assert!(world.authority.accepts(&world.authority.access(2)));

    exchange.release();
    settled().await;

    let requests = world.authority.requests(Role::Logout);
    assert_eq!(requests.len(), 1);
    let form: Vec<_> = form_urlencoded::parse(requests[0].body()).into_owned().collect();
    let expected =
        [("token", &*world.authority.refresh(2)), ("token_type_hint", "refresh_token"), ("client_id", "app")];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(requests[0].header("authorization"), None);
    assert!(!world.authority.accepts(&world.authority.access(2)));
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

/// G9, W10: if a logout call is dropped while it is refreshing the session, the refresh completes, and the new tokens
/// are revoked.
#[tokio::test(start_paused = true)]
async fn tokens_that_arrive_after_the_logout_was_dropped_are_revoked() {
    for hold in HOLDS {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.authority.expire();
        world.authority.next(Role::Logout, Handling::instead(401));
        hold(&world.authority, Role::Refresh);
        let logout = tokio::spawn(shop.logout());
        let exchange = world.authority.parked(Role::Refresh).await;
        logout.abort();
        settled().await;
        exchange.release();
        settled().await;
        world.authority.assert_granted(1);
        let requests = world.authority.requests(Role::Logout);
        let form: Vec<_> = form_urlencoded::parse(requests[1].body()).into_owned().collect();
        assert_eq!(
            form[0],
            ("token".to_owned(), world.authority.refresh(2).to_string()),
            "first field of the form"
        );
        assert!(!world.authority.accepts(&world.authority.access(2)));
        assert_eq!(
            (shop.session().tokens(), shop.session().state()),
            (None, SessionState::LoggedOut),
            "tokens and state of the session"
        );
    }
}

/// J3: if a refresh completes after another login, the refreshed tokens are revoked, and the new login's tokens stay
/// valid.
#[tokio::test(start_paused = true)]
async fn tokens_that_arrive_after_another_login_are_revoked_and_the_new_ones_are_not() {
    for by_hand in [true, false] {
        let world = World::new();
        let shop = logged_in_client(&world);
        let (call, exchange) = refreshing(&world, &shop).await;
        if by_hand {
            shop.session().set(tokens(&world.authority.issue())).await.unwrap();
        } else {
            shop.login(&ANN).await.unwrap();
        }
        let fresh = shop.session().tokens();
        exchange.release();
        assert!(done(call).await.unwrap_err().is_superseded());
        settled().await;

        world.authority.assert_logouts(1);
        assert!(!world.authority.accepts(&world.authority.access(2)));
        assert!(world.authority.accepts(&world.authority.access(3)));
        assert_eq!(shop.session().tokens(), fresh);
        world.guard_with(403, |_| order(7));
        shop.order(7).await.unwrap();
    }
}

/// G9, J1: if a login response arrives after a logout, the tokens in the response are revoked.
#[tokio::test(start_paused = true)]
async fn a_login_that_is_answered_after_a_logout_is_revoked() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold_processed(Role::Login);
    let login = tokio::spawn(shop.login(&ANN));
    let request = world.authority.parked(Role::Login).await;
    shop.session().clear().await.unwrap();
    request.release();

    assert!(done(login).await.unwrap_err().is_no_session());
    settled().await;

    assert!(!world.authority.accepts(&world.authority.access(2)));
    world.authority.assert_logouts(1);
}

/// G9: tokens from the current login are not revoked, because revoking one of them can end the whole login.
#[tokio::test(start_paused = true)]
async fn tokens_of_the_current_login_are_not_revoked() {
    let world = World::with(AuthorityConfig { rotate: false, ..AuthorityConfig::default() });
    let shop = logged_in_client(&world);
    let (call, exchange) = refreshing(&world, &shop).await;
    world.authority.open(Role::Refresh);
    world.guard_with(403, |_| order(7));
    shop.refresh(world.authority.refresh(1).into()).await.unwrap();
    assert_eq!(done(call).await.unwrap(), Order { id: 7 });
    exchange.release();
    settled().await;
    world.authority.assert_logouts(0);
    shop.order(7).await.unwrap();

    // The refresh response contains tokens with new values, but they belong to the current login.
    world.authority.hold(Role::Refresh);
    world.stage.park();
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    world.authority.open(Role::Refresh);
    world.guard_with(403, |_| order(7));
    shop.refresh(world.authority.refresh(1).into()).await.unwrap();
    done(call).await.unwrap();
    exchange.answer((200, json!({ "access_token": "other", "refresh_token": "another" })));
    settled().await;
    world.authority.assert_logouts(0);

    // The refresh token in the response is in use, because the caller has set tokens that contain it.
    world.stage.park();
    let (call, exchange) = refreshing(&world, &shop).await;
    let same = Tokens::new("another").with_refresh(world.authority.refresh(1));
    shop.session().set(same).await.unwrap();
    exchange.release();
    done(call).await.unwrap_err();
    settled().await;
    world.authority.assert_logouts(0);
}

/// G9: a client with a `#[refresh]` method calls the `revoke_with` function for tokens that are no longer needed.
#[tokio::test(start_paused = true)]
async fn a_users_function_gets_the_tokens_to_revoke() {
    let world = World::new();
    let unwanted: Arc<Mutex<Vec<Tokens>>> = Arc::default();
    let seen = unwanted.clone();
    let shop = builder(&world)
        .tokens(tokens(&world.authority.issue()))
        .revoke_with(move |tokens| {
            seen.lock().unwrap().push(tokens);
            async { Ok(()) }
        })
        .build()
        .unwrap();
    let (call, exchange) = refreshing(&world, &shop).await;
    shop.session().clear().await.unwrap();
    exchange.release();
    done(call).await.unwrap_err();
    settled().await;

    let pair = Tokens::new(world.authority.access(2)).with_refresh(world.authority.refresh(2));
    assert_eq!(*unwanted.lock().unwrap(), [pair]);
}

/// J8: `revoke` ends the client's session immediately and then sends the revocation request.
#[tokio::test(start_paused = true)]
async fn a_revoked_session_ends_before_the_server_is_informed() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Logout);
    let revoking = shop.session().revoke();
    assert_eq!(
        (shop.session().tokens(), shop.session().state()),
        (None, SessionState::LoggedOut),
        "tokens and state of the session"
    );
    let request = world.authority.parked(Role::Logout).await;
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    request.release();
    revoking.await.unwrap();
    assert!(!world.authority.accepts(&world.authority.access(1)));
    // The session has already ended, so this call does not revoke any tokens.
    shop.session().revoke().await.unwrap();
    world.authority.assert_logouts(1);
}

/// J8, V1: a failed revocation emits an event, and a revocation without a response is abandoned after ten seconds.
#[tokio::test(start_paused = true)]
async fn a_revocation_that_fails_is_reported_and_given_up() {
    for answer in [Answer::reset(), Answer::new(503), Answer::hang()] {
        let world = World::new();
        let shop = logged_in_client(&world);
        let mut events = shop.session().events();
        world.authority.always(Role::Logout, Handling::instead(answer));
        let start = Instant::now();

        drop(shop.session().revoke());
        assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedOut)));
        let Some(SessionEvent::NotRevoked(error)) = next_event(&mut events).await else {
            panic!("the event of the failed revocation is missing")
        };

        assert!(!format!("{error:?} {error}").contains(&world.authority.canary()));
        assert!(start.elapsed() <= Duration::from_secs(10));
        world.authority.assert_logouts(1);
        assert_eq!(shop.session().state(), SessionState::LoggedOut);
        assert!(shop.session().revoke().await.is_ok());
    }
}

struct Own(Revoke);

type Revoke = fn() -> Result<()>;

impl Refresher for Own {
    async fn refresh(&self, context: RefreshContext<'_>) -> Result<Tokens> {
        let number = context.tokens().map_or(0, |tokens| tokens.access_token().unwrap().secret().len());
        Ok(Tokens::new("n".repeat(number + 1)))
    }

    async fn revoke(&self, context: RefreshContext<'_>) -> Result<()> {
        assert_eq!(context.session().state(), SessionState::LoggedOut);
        assert_eq!(context.tokens().unwrap().access_token().unwrap().secret(), "n");
        (self.0)()
    }
}

/// B9: a custom revocation function that returns an error or panics does not affect later calls.
#[tokio::test(start_paused = true)]
async fn a_users_revocation_may_fail_panic_or_never_end() {
    let cases: [(Revoke, bool); 3] =
        [(|| Ok(()), true), (|| Err(Error::refresh("no")), false), (|| panic!("on purpose"), false)];
    for (revoke, well) in cases {
        let world = World::new();
        let shop = builder(&world).tokens(Tokens::new("n")).refresher(Own(revoke)).build().unwrap();
        assert_eq!(shop.session().revoke().await.is_ok(), well);
        shop.session().set(Tokens::new("nn")).await.unwrap();
        world.stage.respond(|seen| if seen.token() == Some("nnn") { order(7) } else { (403, 0.into()) });
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        let mut events = shop.session().events();
        assert_eq!(event_names(&mut events), [""; 0]);
    }
}

/// Outside a Tokio runtime, `revoke` ends the session but does not send a revocation request.
#[test]
fn a_session_can_be_ended_outside_a_runtime() {
    let world = World::new();
    let shop = logged_in_client(&world);
    drop(shop.session().revoke());
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}
