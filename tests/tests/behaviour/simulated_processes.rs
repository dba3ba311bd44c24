//! Creates clients that simulate processes with one [`FakeStore`], and a store in which an earlier process has stored a
//! session.

use afresh::Tokens;
use afresh_tests::World;

use crate::api::{ShopClient, builder, order, tokens};
use crate::fake_store::FakeStore;

/// Returns a client that loads its session from the store.
pub fn process(world: &World, store: &FakeStore) -> ShopClient {
    builder(world).store(store.clone()).build().unwrap()
}

/// Returns two clients that have both loaded the first tokens issued by the server.
pub async fn two(world: &World, store: &FakeStore) -> [ShopClient; 2] {
    let both = [(); 2].map(|()| process(world, store));
    both[0].session().set(tokens(&world.authority.issue())).await.unwrap();
    both[1].session().load().await.unwrap();
    both
}

/// Returns a store in which an earlier process has stored the first tokens issued by the server.
pub async fn left_behind(world: &World) -> FakeStore {
    let store = FakeStore::new();
    let shop = process(world, &store);
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    store
}

pub fn guarded() -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world
}

pub fn tokens_of(world: &World, number: usize) -> Tokens {
    Tokens::new(world.authority.access(number)).with_refresh(world.authority.refresh(number))
}
