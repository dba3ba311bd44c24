//! Tests logouts that the server refuses while the session is being refreshed: the logout never sends a refresh token
//! that might already have been used.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use afresh::{SessionState, Tokens};
use afresh_tests::{Handling, Role, World};
use tokio::time::{Instant, sleep};

use crate::api::{ANN, Shop, ShopClient, builder};
use crate::fake_store::FakeStore;
use crate::identity::BOB;
use crate::waiting::{done, settled};

/// W10: while another process is refreshing the shared session, a process whose logout the server refuses does not send
/// the refresh token.
#[tokio::test(start_paused = true)]
async fn a_refused_logout_does_not_send_a_token_that_another_process_is_sending() {
    let world = World::new();
    world.guard(403);
    let store = FakeStore::new();
    let client = || builder(&world).store(store.clone()).build().unwrap();
    let (here, there) = (client(), client());
    here.login(&ANN).await.unwrap();
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(there.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    world.authority.next(Role::Logout, Handling::instead(401));
    assert_eq!(here.logout().await.unwrap_err().status().unwrap(), 401);
    exchange.release();
    done(call).await.unwrap_err();
    settled().await;
    world.authority.assert_refreshes(1);
    world.authority.assert_reuses(0);
    assert_eq!(client().session().load().await.unwrap(), SessionState::LoggedOut);
}

/// W10: the logout's request takes longer than the other process's refresh. A refresh of this process that has not sent
/// anything, or a new login, reads the store in the meantime. The logout still does not send the refresh token.
#[tokio::test(start_paused = true)]
async fn a_refused_logout_remembers_that_another_process_was_refreshing() {
    for logs_in_again in [false, true] {
        let world = World::new();
        world.guard(403);
        let store = FakeStore::new();
        let client = || builder(&world).store(store.clone()).build().unwrap();
        let (here, there) = (client(), client());
        here.login(&ANN).await.unwrap();
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(there.order(7));
        let exchange = world.authority.parked(Role::Refresh).await;
        let waiting = tokio::spawn(here.order(7));
        settled().await;
        world.authority.hold(Role::Logout);
        world.authority.next(Role::Logout, Handling::instead(401));
        let logout = tokio::spawn(here.logout());
        let refused = world.authority.parked(Role::Logout).await;
        exchange.release();
        done(call).await.unwrap_err();
        done(waiting).await.unwrap_err();
        settled().await;
        if logs_in_again {
            here.login(&BOB).await.unwrap();
        }
        refused.release();
        assert_eq!(done(logout).await.unwrap_err().status().unwrap(), 401);
        world.authority.assert_refreshes(1);
        world.authority.assert_reuses(0);
    }
}

/// B12: a logout that a refresher makes does not wait for the refresh that it is part of.
#[tokio::test(start_paused = true)]
async fn a_refused_logout_in_a_refresher_does_not_wait_for_itself() {
    let world = World::new();
    world.stage.respond(|_| 401);
    world.authority.next(Role::Logout, Handling::instead(401));
    let (own, waited): (Arc<OnceLock<ShopClient>>, Arc<OnceLock<Duration>>) = Default::default();
    let (client, measured) = (own.clone(), waited.clone());
    let shop = builder(&world)
        .tokens(Tokens::new("old"))
        .refresh_with(move |_| {
            let (logout, measured) = (client.get().unwrap().logout(), measured.clone());
            async move {
                let start = Instant::now();
                let refused = logout.await.unwrap_err();
                measured.set(start.elapsed()).unwrap();
                Err::<Tokens, _>(refused)
            }
        })
        .build()
        .unwrap();
    own.set(shop.clone()).unwrap();
    shop.order(7).await.unwrap_err();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(waited.get(), Some(&Duration::ZERO), "the logout does not wait");
    world.authority.assert_logouts(1);
}
