//! Tests that calls on several threads share one refresh in every interleaving of the threads.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use afresh::{Error, Result, Tokens};
use afresh_tests::World;
use tokio::sync::Barrier;

use crate::api::{Order, Shop, ShopClient, builder, event_names, logged_in_client, order};
use crate::concurrent_calls::{calls, expect_all};

/// B1: if a thousand calls on four threads are refused, one refresh starts, and all calls succeed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_on_four_threads_cause_one_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard_with(403, |seen| order(seen.path().rsplit('/').next().unwrap().parse().unwrap()));

    expect_all(calls(&shop, 1000)).await;

    world.authority.assert_refreshes(1);
    assert!(world.stage.sends() <= 2000);
}

/// Returns a client whose token has expired, and a counter of the client's refreshes. Each refresh returns `renewal`
/// immediately.
fn outlived(world: &World, renewal: fn() -> Result<Tokens>) -> (ShopClient, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let shop = builder(world).tokens(Tokens::new("old").with_lifetime(Duration::from_nanos(1)));
    let shop = shop.refresh_with(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        ready(renewal())
    });
    (shop.build().unwrap(), asked)
}

/// Starts eight calls on eight threads at the same time and returns their results.
async fn at_once(shop: &ShopClient) -> Vec<Result<Order>> {
    let start = Arc::new(Barrier::new(8));
    let call = |id| {
        let (start, call) = (start.clone(), shop.order(id));
        tokio::spawn(async move {
            start.wait().await;
            call.await
        })
    };
    let calls: Vec<_> = (0..8).map(call).collect();
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await.unwrap());
    }
    results
}

/// B1: an expired token is refreshed once, even if several threads use it at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn an_expired_token_is_refreshed_once_on_any_number_of_threads() {
    for _ in 0..1000 {
        let world = World::new();
        let (shop, asked) = outlived(&world, || Ok(Tokens::new("new")));
        world.stage.respond(|_| order(7));

        assert!(at_once(&shop).await.iter().all(Result::is_ok));

        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}

/// B6, D3: if the refresh of an expired token is rejected while several threads use it, the session ends once, and no
/// other refresh starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn an_expired_token_that_cannot_be_refreshed_ends_the_session_once() {
    for _ in 0..1000 {
        let world = World::new();
        let (shop, asked) = outlived(&world, || Err(Error::session_expired("no more")));
        let mut events = shop.session().events();

        let results = at_once(&shop).await;

        assert!(results.iter().all(|result| result.as_ref().is_err_and(Error::is_session_expired)));
        world.stage.assert_sends(0);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert_eq!(event_names(&mut events), ["expired"]);
    }
}
