//! Tests the first refresh of a session that starts with only a refresh cookie. In these tests, the store does not
//! confirm that it has written the refresh result. The client stores the refresh result in the same way as a login
//! result, because the store has never contained this session.

use std::time::Duration;

use afresh::{Result, SessionState, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Role, World};
use tokio::time::{sleep, timeout};

use crate::api::{ORIGIN, Order, order};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::transports::ConnectTo;
use crate::waiting::{done, settled};

#[api]
trait SignOn {
    #[public]
    #[get("/callback")]
    async fn callback(&self) -> Result<()>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

fn process(world: &World, store: &FakeStore) -> SignOnClient {
    SignOnClient::builder(ORIGIN).connect_to(world.clone()).store(store.clone()).build().unwrap()
}

/// Returns the fake server, the store and the client after a successful first refresh. The closure `fault` determines
/// how writing the refresh result to the store fails.
async fn first_refresh(fault: impl FnOnce(&FakeStore)) -> (World, FakeStore, SignOnClient) {
    let (world, store) = (World::with(AuthorityConfig::cookie()), FakeStore::new());
    let shop = process(&world, &store);
    let cookie = format!("refresh_token={}; Path=/; HttpOnly", world.authority.issue().refresh);
    world.stage.respond(move |_| Answer::new(200).header("set-cookie", &cookie));
    shop.callback().await.unwrap();
    world.guard_with(403, |_| order(7));
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    fault(&store);
    world.authority.open(Role::Refresh);
    exchange.release();
    assert_eq!(done(call).await.unwrap().id, 7);
    (world, store, shop)
}

async fn is_locked(store: &FakeStore) -> bool {
    timeout(Duration::from_millis(100), store.locked()).await.is_err()
}

/// S1: if the result of the first refresh cannot be stored, the lock is released, because the store does not contain a
/// refresh token that has been used. The session is stored once the store works again.
#[tokio::test(start_paused = true)]
async fn a_first_refresh_that_cannot_be_stored_releases_the_lock_as_a_login_does() {
    let (world, store, shop) = first_refresh(|store| store.always(Operation::Swap, Some(Fault::Fail))).await;
    settled().await;
    assert!(is_locked(&store).await, "the store may work again soon");
    sleep(Duration::from_secs(8)).await;
    settled().await;
    assert!(!is_locked(&store).await);

    store.always(Operation::Swap, None);
    sleep(Duration::from_secs(60)).await;
    settled().await;
    assert_eq!(store.access(), Some(world.authority.access(2)));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(process(&world, &store).order(7).await.unwrap().id, 7);
    world.authority.assert_refreshes(1);
}

/// S1: if only the confirmation of the first write is lost, the client recognizes the session in the store as its own.
/// If another process later refreshes the session, the client accepts the new tokens.
#[tokio::test(start_paused = true)]
async fn a_first_refresh_whose_confirmation_is_lost_is_recognised() {
    for fault in [Fault::FailAfter, Fault::HangAfter] {
        let (world, store, shop) = first_refresh(|store| store.next(Operation::Swap, fault)).await;
        settled().await;
        assert_eq!(store.access(), Some(world.authority.access(2)), "{fault:?}");
        assert!(!is_locked(&store).await);
        world.authority.expire();
        let other = process(&world, &store);
        assert_eq!(other.order(7).await.unwrap().id, 7);
        assert_eq!(shop.order(7).await.unwrap().id, 7);
        world.authority.assert_refreshes(2);
        assert_eq!(store.access(), Some(world.authority.access(3)));
    }
}

/// J1: if another process logs out before the first write is confirmed, the session is not stored again.
#[tokio::test(start_paused = true)]
async fn a_logout_elsewhere_outranks_a_first_refresh_without_a_confirmation() {
    let fail = |store: &FakeStore| {
        store.next(Operation::Swap, Fault::FailAfter);
        // Makes the second write to the store fail too.
        store.next(Operation::Swap, Fault::Fail);
    };
    let (world, store, shop) = first_refresh(fail).await;
    let other = process(&world, &store);
    other.session().load().await.unwrap();
    other.session().clear().await.unwrap();
    sleep(Duration::from_secs(60)).await;
    settled().await;
    assert!(store.record()["session"].is_null());
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.authority.assert_refreshes(1);
}
