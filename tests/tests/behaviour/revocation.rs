//! Tokens that nobody wants any more: the server is told, nobody waits for it, and tokens still in use are left alone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use afresh::oauth2::RefreshTokenGrant;
use afresh::{Error, RefreshContext, Refresher, Result, SessionEvent, SessionState, Tokens};
use afresh_tests::{Answer, Conduct, Knobs, Parked, Role, World};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::api::{ANN, ORIGIN, Order, Shop, ShopClient, builder, happened, order, tokens};
use crate::witness::{done, quiet, told};

/// The authority ends the session of any token that it is shown there.
const REVOKE: &str = "https://shop.test/api/user/logout";

/// Logged in, with a grant in place of the `#[refresh]` method.
fn customer(world: &World) -> ShopClient {
    let grant = RefreshTokenGrant::new(format!("{ORIGIN}/api/user/refresh_token"))
        .client_id("app")
        .revocation_endpoint(REVOKE);
    builder(world).tokens(tokens(&world.authority.issue())).refresher(grant).build().unwrap()
}

/// A call that waits for a refresh whose answer is on its way.
async fn refreshing(world: &World, shop: &ShopClient) -> (JoinHandle<Result<Order>>, Parked) {
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    (call, world.authority.parked(Role::Refresh).await)
}

/// G9, J1: a pair that comes back after a logout is revoked, by its refresh token and as RFC 7009 says.
#[tokio::test(start_paused = true)]
async fn a_pair_that_comes_back_after_a_logout_is_revoked() {
    let world = World::new();
    let shop = customer(&world);
    let (call, exchange) = refreshing(&world, &shop).await;
    shop.session().clear().await.unwrap();
    assert!(done(call).await.unwrap_err().is_no_session());
    assert!(world.authority.accepts(&world.authority.access(2)));

    exchange.release();
    quiet().await;

    let requests = world.authority.requests(Role::Logout);
    assert_eq!(requests.len(), 1);
    let form: Vec<_> = form_urlencoded::parse(requests[0].body()).into_owned().collect();
    let expected =
        [("token", &*world.authority.refresh(2)), ("token_type_hint", "refresh_token"), ("client_id", "app")];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(requests[0].header("authorization"), None);
    assert!(!world.authority.accepts(&world.authority.access(2)));
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.authority.assert_nothing_spent_twice();
}

/// J3: so is one that comes back after another login, whose own session is untouched.
#[tokio::test(start_paused = true)]
async fn a_pair_that_comes_back_after_another_login_is_revoked_and_the_other_is_not() {
    for by_hand in [true, false] {
        let world = World::new();
        let shop = customer(&world);
        let (call, exchange) = refreshing(&world, &shop).await;
        if by_hand {
            shop.session().set(tokens(&world.authority.issue())).await.unwrap();
        } else {
            shop.login(&ANN).await.unwrap();
        }
        let fresh = shop.session().tokens();
        exchange.release();
        assert!(done(call).await.unwrap_err().is_superseded());
        quiet().await;

        assert_eq!(world.authority.logouts(), 1);
        assert!(!world.authority.accepts(&world.authority.access(2)));
        assert!(world.authority.accepts(&world.authority.access(3)));
        assert_eq!(shop.session().tokens(), fresh);
        world.guard_with(403, |_| order(7));
        shop.order(7).await.unwrap();
        world.authority.assert_nothing_spent_twice();
    }
}

/// G9, J1: a login that somebody logged out of while it was under way leaves nothing behind.
#[tokio::test(start_paused = true)]
async fn a_login_that_was_logged_out_of_meanwhile_is_revoked() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold_processed(Role::Login);
    let login = tokio::spawn(shop.login(&ANN));
    let request = world.authority.parked(Role::Login).await;
    shop.session().clear().await.unwrap();
    request.release();

    assert!(done(login).await.unwrap_err().is_no_session());
    quiet().await;

    assert!(!world.authority.accepts(&world.authority.access(2)));
    assert_eq!(world.authority.logouts(), 1);
}

/// G9: what the session goes on with is not revoked: a server may end the whole grant with one of its tokens.
#[tokio::test(start_paused = true)]
async fn a_pair_of_the_same_login_is_left_alone() {
    let world = World::with(Knobs { rotate: false, ..Knobs::default() });
    let shop = customer(&world);
    let (call, exchange) = refreshing(&world, &shop).await;
    world.authority.open(Role::Refresh);
    world.guard_with(403, |_| order(7));
    shop.refresh(world.authority.refresh(1).into()).await.unwrap();
    assert_eq!(done(call).await.unwrap(), Order { id: 7 });
    exchange.release();
    quiet().await;
    assert_eq!(world.authority.logouts(), 0);
    shop.order(7).await.unwrap();

    // Of the same login, whatever it is called.
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
    quiet().await;
    assert_eq!(world.authority.logouts(), 0);

    // Given by hand, the same refresh token is in use, too.
    world.stage.park();
    let (call, exchange) = refreshing(&world, &shop).await;
    let same = Tokens::new("another").with_refresh(world.authority.refresh(1));
    shop.session().set(same).await.unwrap();
    exchange.release();
    done(call).await.unwrap_err();
    quiet().await;
    assert_eq!(world.authority.logouts(), 0);
}

/// G9: with a `#[refresh]` method a function of the user's is given the pair.
#[tokio::test(start_paused = true)]
async fn a_function_of_the_users_is_given_the_pair_that_nobody_wants() {
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
    quiet().await;

    let pair = Tokens::new(world.authority.access(2)).with_refresh(world.authority.refresh(2));
    assert_eq!(*unwanted.lock().unwrap(), [pair]);
}

/// J8: a logout holds at once, without a network too; the server is told, and if it cannot be, the caller is.
#[tokio::test(start_paused = true)]
async fn a_session_that_is_revoked_is_over_here_before_the_server_knows() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Logout);
    let revoking = shop.session().revoke();
    assert_eq!((shop.session().tokens(), shop.session().state()), (None, SessionState::LoggedOut));
    let request = world.authority.parked(Role::Logout).await;
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    request.release();
    revoking.await.unwrap();
    assert!(!world.authority.accepts(&world.authority.access(1)));
    // Nobody is logged in: there is nothing to revoke.
    shop.session().revoke().await.unwrap();
    assert_eq!(world.authority.logouts(), 1);
}

/// J8, V1: what goes wrong with a revocation is told, never thrown, and has an end.
#[tokio::test(start_paused = true)]
async fn a_revocation_that_fails_is_told_and_given_up() {
    for answer in [Answer::reset(), Answer::new(503), Answer::hang()] {
        let world = World::new();
        let shop = customer(&world);
        let mut events = shop.session().events();
        world.authority.always(Role::Logout, Conduct::instead(answer));
        let start = Instant::now();

        drop(shop.session().revoke());
        assert!(matches!(told(&mut events).await, Some(SessionEvent::LoggedOut)));
        let Some(SessionEvent::NotRevoked(error)) = told(&mut events).await else { panic!("not told") };

        assert!(!format!("{error:?} {error}").contains(&world.authority.canary()));
        assert!(start.elapsed() <= Duration::from_secs(10));
        assert_eq!((world.authority.logouts(), shop.session().state()), (1, SessionState::LoggedOut));
        assert!(shop.session().revoke().await.is_ok());
    }
}

/// A refresher whose revocation does what the test wants.
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

/// B9: a revocation that panics hurts nobody; of one that never ends nothing is left after ten seconds.
#[tokio::test(start_paused = true)]
async fn a_revocation_of_the_users_own_may_fail_or_panic() {
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
        assert_eq!(happened(&mut events), [""; 0]);
    }
}

/// A session outside of a runtime is ended all the same.
#[test]
fn a_session_is_ended_without_a_runtime_to_tell_the_server_on() {
    let world = World::new();
    let shop = customer(&world);
    drop(shop.session().revoke());
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}
