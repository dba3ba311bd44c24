//! Tests custom refreshers: the context that they receive, the tokens that they return, and when they are called.

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use afresh::refresh::RefreshContext;
use afresh::{Error, Refresher, Result, Session, SessionState, Tokens};
use afresh_tests::World;
use serde_json::Value;
use tokio::time::advance;

use crate::api::{Order, Shop, builder, logged_out_client, order};
use crate::waiting::done;

/// A refresher that returns the tokens `new-1`, `new-2` and so on, even if there is no session.
#[derive(Clone, Default)]
struct Counter {
    times: Arc<AtomicUsize>,
    given: Arc<Mutex<Vec<Option<Tokens>>>>,
}

impl Refresher for Counter {
    async fn refresh(&self, context: RefreshContext<'_>) -> Result<Tokens> {
        self.given.lock().unwrap().push(context.tokens().cloned());
        tokio::task::yield_now().await;
        let number = self.times.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Tokens::new(format!("new-{number}")))
    }

    fn can_refresh(&self, _: Option<&Tokens>) -> bool {
        true
    }
}

fn accept(world: &World, newest: &'static str) {
    world.stage.respond(move |seen| if seen.token() == Some(newest) { order(7) } else { (403, Value::Null) });
}

/// K4, B1: a refresher that does not need a login is called once, before the first calls are sent. Each time a
/// refresher is called again, it receives the tokens that its previous call returned.
#[tokio::test(start_paused = true)]
async fn a_refresher_that_needs_no_login_is_called_before_the_first_call() {
    let world = World::new();
    let counter = Counter::default();
    let shop = builder(&world).refresher(counter.clone()).build().unwrap();
    accept(&world, "new-1");
    assert_eq!(shop.session().state(), SessionState::LoggedOut);

    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.order(7))).collect();
    for call in calls {
        assert_eq!(done(call).await.unwrap(), Order { id: 7 });
    }
    world.stage.assert_sends(100);
    accept(&world, "new-2");
    shop.order(7).await.unwrap();

    assert_eq!(
        *counter.given.lock().unwrap(),
        [None, Some(Tokens::new("new-1"))],
        "tokens that the refresher received in each refresh"
    );
    assert_eq!(world.authority.refreshes(), 0, "refreshes: the `#[refresh]` method is not called");
}

/// A refresher whose `can_refresh` method clears the session before it returns `true`.
#[derive(Clone, Default)]
struct Parting {
    session: Arc<Mutex<Option<Session>>>,
    refreshes: Arc<AtomicUsize>,
}

impl Refresher for Parting {
    async fn refresh(&self, _: RefreshContext<'_>) -> Result<Tokens> {
        self.refreshes.fetch_add(1, Ordering::SeqCst);
        Ok(Tokens::new("new"))
    }

    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool {
        if let Some(session) = self.session.lock().unwrap().take() {
            drop(session.clear());
        }
        tokens.is_some()
    }
}

/// J1, K1: if the session is logged out while the runtime calls `can_refresh`, the refresher is not called, and no
/// session starts.
#[tokio::test(start_paused = true)]
async fn a_logout_while_the_refresher_is_asked_is_respected() {
    let world = World::new();
    let parting = Parting::default();
    let shop = builder(&world).refresher(parting.clone()).build().unwrap();
    accept(&world, "new");
    let old = Tokens::new("old").with_lifetime(Duration::from_secs(60));
    shop.session().set(old).await.unwrap();
    advance(Duration::from_secs(61)).await;
    *parting.session.lock().unwrap() = Some(shop.session().clone());

    assert!(shop.order(7).await.unwrap_err().is_no_session());

    assert_eq!(parting.refreshes.load(Ordering::SeqCst), 0);
    world.stage.assert_sends(0);
}

/// D4: if the access token that a refresher returns is missing or empty, the refresh fails, and the session is kept.
#[tokio::test(start_paused = true)]
async fn an_empty_access_token_is_a_missing_one() {
    for returned in [Tokens::new(""), Tokens::from_refresh("next")] {
        let world = World::new();
        let shop = builder(&world).refresh_with(move |_| ready(Ok(returned.clone()))).build().unwrap();
        accept(&world, "new");
        let old = Tokens::new("old").with_refresh("refresh");
        shop.session().set(old.clone()).await.unwrap();
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
        assert_eq!(shop.session().tokens(), Some(old));
    }
}

/// A refresher that uses the default implementation of every optional method.
struct Plain;

impl Refresher for Plain {
    async fn refresh(&self, _: RefreshContext<'_>) -> Result<Tokens> {
        Ok(Tokens::new("new"))
    }
}

/// K1: by default, a refresher is not called without a session.
#[tokio::test(start_paused = true)]
async fn by_default_a_refresher_is_not_called_without_a_session() {
    let world = World::new();
    let shop = builder(&world).refresher(Plain).build().unwrap();
    accept(&world, "new");
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    world.stage.assert_sends(0);
    shop.session().set(Tokens::new("old")).await.unwrap();
    shop.order(7).await.unwrap();
    // Revoking a session whose refresher cannot revoke tokens is not an error.
    shop.session().revoke().await.unwrap();
}

/// A refresher whose `check` method returns an error, because the refresher has no key file.
struct Unready;

impl Refresher for Unready {
    async fn refresh(&self, _: RefreshContext<'_>) -> Result<Tokens> {
        Err(Error::refresh("never asked"))
    }

    fn check(&self) -> Result<()> {
        Err(Error::refresh("no key file"))
    }
}

#[test]
fn build_fails_if_a_declared_refresher_is_missing() {
    let world = World::new();
    let error = builder(&world).refresher(Unready).build().unwrap_err();
    assert!(error.is_builder(), "{error:?}");
    assert!(format!("{error:?}").contains("no key file"), "{error:?}");
}

/// A refresher that calls a second client, which does not need a session.
struct Elsewhere(crate::api::ShopClient);

impl Refresher for Elsewhere {
    async fn refresh(&self, context: RefreshContext<'_>) -> Result<Tokens> {
        let refresh = context.tokens().and_then(Tokens::refresh_token).cloned();
        let refresh = refresh.ok_or_else(|| Error::session_expired("no refresh token"))?;
        self.0.refresh(refresh).await
    }
}

/// D3: a refresher can call a second client, and an error from that call has the same effect as a response from the
/// refresh endpoint.
#[tokio::test(start_paused = true)]
async fn a_refresher_may_use_another_client_and_return_its_errors() {
    let world = World::new();
    let issued = world.authority.issue();
    let given = Tokens::new(&*issued.access).with_refresh(&*issued.refresh);
    let shop = builder(&world).tokens(given).refresher(Elsewhere(logged_out_client(&world))).build().unwrap();
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    assert_eq!(shop.session().state(), SessionState::Expired);
}
