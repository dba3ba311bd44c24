//! Tests that user code in a refresh or an event handler can panic, return immediately, or use the session.

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use afresh::{
    Error, FromSession, Pending, RefreshToken, Result, Session, SessionEvent, SessionState, Tokens, api,
};
use afresh_tests::{Handling, Role, World};
use serde_json::{Value, json};
use tokio::time::{Instant, advance};

use crate::api::{
    ORIGIN, Order, Shop, ShopClient, builder, logged_in_client, logged_out_client, order, tokens,
};
use crate::transports::ConnectTo;

fn refreshed_by<F, R>(world: &World, refresh: F) -> ShopClient
where
    F: Fn(Session) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Tokens>> + Send + 'static,
{
    builder(world).tokens(Tokens::new("old")).refresh_with(refresh).build().unwrap()
}

fn accept_new(world: &World, refusal: u16) {
    world.stage.respond(move |seen| match seen.token() {
        Some("new") => order(7),
        _ => (refusal, Value::Null),
    });
}

/// B9: if a refresher panics, the refresh fails, and the next call refreshes again.
#[tokio::test(start_paused = true)]
async fn a_refresher_that_panics_fails_only_the_waiting_calls() {
    for panics_at_once in [true, false] {
        let world = World::new();
        let times = Arc::new(AtomicUsize::new(0));
        let counted = times.clone();
        let shop = refreshed_by(&world, move |_| {
            let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            assert!(!(first && panics_at_once), "on purpose");
            async move {
                assert!(!first, "on purpose");
                Ok(Tokens::new("new"))
            }
        });
        accept_new(&world, 403);
        let start = Instant::now();

        let calls: Vec<_> = (0..10).map(|id| tokio::spawn(shop.order(id))).collect();
        for call in calls {
            let error = call.await.unwrap().unwrap_err();
            assert!(error.is_refresh(), "{error:?}");
            assert_eq!(error.rejection().unwrap().status(), 403);
        }
        assert_eq!(times.load(Ordering::SeqCst), 1);
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        assert_eq!(times.load(Ordering::SeqCst), 2);
    }
}

/// B10: a refresher can complete immediately, and it can use the session.
#[tokio::test(start_paused = true)]
async fn a_refresher_may_be_ready_at_once_and_use_the_session() {
    let world = World::new();
    let shop = refreshed_by(&world, |session| {
        let tokens = session.tokens().unwrap();
        assert_eq!(tokens.access_token().unwrap().secret(), "old");
        assert_eq!(session.state(), SessionState::Refreshing);
        let _events = session.events();
        ready(Ok(Tokens::new("new")))
    });
    accept_new(&world, 403);

    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    world.stage.assert_sends(2);
}

/// A refresh parameter that uses the session while the parameter is being created.
struct Curious(RefreshToken);

static ASKED: OnceLock<Session> = OnceLock::new();

impl FromSession for Curious {
    fn from_session(tokens: &Tokens) -> Option<Self> {
        let session = ASKED.get()?;
        assert_ne!(session.state(), SessionState::Expired);
        tokens.refresh_token().cloned().map(Self)
    }
}

impl serde::Serialize for Curious {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        assert_ne!(ASKED.get().unwrap().state(), SessionState::Expired);
        self.0.serialize(to)
    }
}

#[api]
trait Inquiry {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: Curious) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;
}

/// B10: the code that creates a refresh parameter can use the session, because the runtime does not hold a lock while
/// that code runs.
#[tokio::test(start_paused = true)]
async fn a_parameter_of_the_refresh_may_use_the_session_while_it_is_created() {
    let world = World::new();
    let outlived = tokens(&world.authority.issue()).with_lifetime(Duration::from_nanos(1));
    let client = InquiryClient::builder(ORIGIN).connect_to(world.clone()).tokens(outlived).build().unwrap();
    assert!(ASKED.set(client.session().clone()).is_ok());
    advance(Duration::from_secs(1)).await;
    world.guard(403);

    client.orders().await.unwrap();
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
    world.authority.expire();
    client.orders().await.unwrap();
    world.stage.assert_sends(3);
    world.authority.assert_refreshes(2);
}

/// B11: an event handler can call the client, because a refresh completes before its event is emitted.
#[tokio::test(start_paused = true)]
async fn an_event_handler_may_call_the_client() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard_with(403, |_| order(7));
    let mut events = shop.session().events();
    let client = shop.clone();
    let listener = tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if matches!(event, SessionEvent::Refreshed) {
                return (client.session().state(), client.order(7).await);
            }
        }
        panic!("the refresh is missing");
    });

    shop.order(7).await.unwrap();

    let (state, answer) = listener.await.unwrap();
    assert_eq!(state, SessionState::LoggedIn);
    assert_eq!(answer.unwrap(), Order { id: 7 });
    world.stage.assert_sends(3);
    world.authority.assert_refreshes(1);
}

/// B12: if a refresher refreshes the session for which it was called, or makes a call that needs this session, the
/// refresher gets an error immediately.
#[tokio::test(start_paused = true)]
async fn a_refresher_that_calls_its_own_client_gets_an_error_at_once() {
    for refusal in [401, 403] {
        let world = World::new();
        let own: Arc<OnceLock<ShopClient>> = Arc::default();
        let client = own.clone();
        let reentry = Arc::new(Mutex::new(Vec::new()));
        let seen = reentry.clone();
        let shop = refreshed_by(&world, move |session| {
            let (call, seen) = (client.get().unwrap().order(1), seen.clone());
            async move {
                let by_hand = session.refresh().await.unwrap_err();
                let by_call = call.await.unwrap_err();
                seen.lock().unwrap().extend([by_hand, by_call.clone()]);
                Err(by_call)
            }
        });
        own.set(shop.clone()).unwrap();
        accept_new(&world, refusal);
        let start = Instant::now();

        let error = shop.order(7).await.unwrap_err();

        assert!(error.is_refresh() && error.is_reentrant(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), refusal);
        assert!(reentry.lock().unwrap().iter().all(Error::is_reentrant));
        assert_eq!(reentry.lock().unwrap().len(), 2);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

/// B12: a refresher can call a `#[public]` method of the client whose session it refreshes.
#[tokio::test(start_paused = true)]
async fn a_refresher_may_call_a_public_method_of_the_client_that_it_refreshes() {
    let world = World::new();
    let own: Arc<OnceLock<ShopClient>> = Arc::default();
    let client = own.clone();
    let shop = refreshed_by(&world, move |_| {
        let health: Pending<Result<String>> = client.get().unwrap().health();
        async move { health.await.map(Tokens::new) }
    });
    own.set(shop.clone()).unwrap();
    world.stage.respond(|seen| match (seen.path(), seen.token()) {
        ("/health", _) => (200, json!("new")),
        (_, Some("new")) => order(7),
        _ => (401, Value::Null),
    });

    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
}

/// D6: if a refresher does not return an access token, the refresh failure is treated as temporary.
#[tokio::test(start_paused = true)]
async fn a_refresher_without_an_access_token_is_a_temporary_failure() {
    let world = World::new();
    let shop = refreshed_by(&world, |_| ready(Ok(Tokens::from_refresh("secret"))));
    accept_new(&world, 403);

    for _ in 0..5 {
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), 403);
    }
    assert_eq!(shop.session().tokens(), Some(Tokens::new("old")));
    assert!(world.stage.log().iter().all(|seen| seen.token() == Some("old")));
}

/// D3: a refresher can end the session by returning an expired-session error, or an `invalid_grant` error from a second
/// client.
#[tokio::test(start_paused = true)]
async fn a_refresher_can_end_the_session() {
    for says_so in [true, false] {
        let (world, elsewhere) = (World::new(), World::new());
        elsewhere.authority.revoke();
        let other = logged_out_client(&elsewhere);
        let shop = refreshed_by(&world, move |_| {
            let refresh = other.refresh("unknown".into());
            async move { if says_so { Err(Error::session_expired("no more")) } else { refresh.await } }
        });
        accept_new(&world, 403);

        assert!(shop.order(7).await.unwrap_err().is_session_expired());
        assert_eq!(shop.session().state(), SessionState::Expired);
    }
}

/// D1: if a refresher calls a second client whose session has ended, the refresh failure is treated as temporary.
#[tokio::test(start_paused = true)]
async fn a_refresher_whose_own_api_loses_its_session_is_a_temporary_failure() {
    let (world, elsewhere) = (World::new(), World::new());
    let other = logged_in_client(&elsewhere);
    elsewhere.stage.respond(|_| (401, json!({ "error": "invalid_token" })));
    elsewhere.authority.always(Role::Refresh, Handling::reset_before());
    let shop = refreshed_by(&world, move |_| {
        let orders = other.orders();
        async move { orders.await.map(|_| Tokens::new("new")) }
    });
    accept_new(&world, 403);

    let error = shop.order(7).await.unwrap_err();

    assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    assert_eq!(
        (error.status().unwrap(), error.method()),
        (http::StatusCode::FORBIDDEN, Some("Shop::order")),
        "status and method in the error"
    );
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}
