//! Tests `#[api(dyn)]`, which generates a type that can contain a client, a test double, or any other implementation of
//! the trait.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use afresh::{RefreshToken, Result, Tokens, api};
use afresh_tests::{Stage, World};
use serde_json::Value;

use crate::api::{client_on, logged_in_client, only};

#[api(dyn)]
pub trait Shop: std::fmt::Debug {
    const SIZE: u32 = 20;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Value>;

    #[get("/search/{rest*}")]
    #[deprecated = "too slow"]
    async fn search<'a, 'b: 'a>(
        &self,
        rest: &[&'b str],
        #[query] q: &'a str,
        #[query] kind: Option<&str>,
        #[header("x-kind")] fixed: &'static str,
    ) -> Result<()>;

    #[cfg(any())]
    #[get("/never")]
    async fn never(&self) -> Result<DoesNotExist>;

    #[put("/photos/{id}")]
    async fn photo(
        &self,
        id: u64,
        #[cfg(any())]
        #[query]
        x: DoesNotExist,
        #[body] image: Vec<u8>,
    ) -> Result<()>;

    async fn newest(&self, mut ids: Vec<u64>) -> Result<Option<Value>> {
        match ids.pop() {
            Some(id) => self.order(id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn forget(&self) {}

    fn title<'a>(&'a self, (left, _): (&'a str, u8)) -> &'a str {
        left
    }
}

#[derive(Debug, Default)]
struct Fake {
    dropped: Arc<AtomicUsize>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

impl Shop for Fake {
    async fn refresh(&self, _: RefreshToken) -> Result<Tokens> {
        Ok(Tokens::new("fake"))
    }

    async fn order(&self, id: u64) -> Result<Value> {
        tokio::task::yield_now().await;
        Ok(id.into())
    }

    async fn search<'a, 'b: 'a>(
        &self,
        _: &[&'b str],
        _: &'a str,
        _: Option<&str>,
        _: &'static str,
    ) -> Result<()> {
        Ok(())
    }

    async fn photo(&self, _: u64, _: Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn title<'a>(&'a self, (_, _): (&'a str, u8)) -> &'a str {
        "overridden"
    }
}

fn is_shared<T: Shop + Clone + Send + Sync + 'static>(shop: T) -> T {
    shop
}

#[tokio::test(start_paused = true)]
async fn a_holder_of_a_client_sends_the_same_requests() {
    let stage = Stage::new();
    stage.respond(|_| (200, 7));
    let client = ShopClient::builder("https://shop.test").transport(stage.service()).tokens(Tokens::new("a"));
    let shop = is_shared(DynShop::new(client.build().unwrap()));
    let (id, name) = (7, String::from("x y"));
    #[expect(deprecated, reason = "the holder's method is as deprecated as the trait's")]
    let search = shop.search(&["a", &name], &name, None, "fixed").await;
    search.unwrap();
    assert_eq!(only(&stage).uri(), "https://shop.test/search/a/x%20y?q=x%20y");
    assert_eq!(only(&stage).header("x-kind"), Some("fixed"));
    assert_eq!(shop.order(id).await.unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_call_through_a_holder_is_refreshed_and_sent_again() {
    let world = World::new();
    world.guard(403);
    let shop = DynShop::new(logged_in_client::<ShopClient>(&world));
    world.authority.expire();
    shop.order(7).await.unwrap();
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

#[tokio::test(start_paused = true)]
async fn a_holder_of_a_fake_calls_it_and_its_default_methods() {
    let shop = DynShop::new(Fake::default());
    assert_eq!(shop.order(3).await.unwrap(), 3);
    assert_eq!(shop.newest(vec![1, 2]).await.unwrap(), Some(2.into()));
    assert_eq!(shop.title(("written", 0)), "overridden");
    shop.forget().await;
}

#[api(dyn)]
#[cfg_attr(test, mockall::automock)]
pub trait Stock {
    #[get("/items/{item}")]
    async fn count(&self, item: u64) -> Result<u64>;
}

#[tokio::test(start_paused = true)]
async fn a_holder_of_a_mock_meets_its_expectations() {
    let mut mock = MockStock::new();
    mock.expect_count().times(1).returning(|id| Box::pin(async move { Ok(id) }));
    assert_eq!(DynStock::new(mock).count(9).await.unwrap(), 9);
}

struct Empty;

impl Stock for Empty {
    async fn count(&self, _: u64) -> Result<u64> {
        Ok(0)
    }
}

#[tokio::test(start_paused = true)]
async fn holders_of_different_types_share_a_list_and_calls_can_be_spawned() {
    let stage = Stage::new();
    stage.respond(|_| (200, 1));
    let shops = [DynStock::new(Empty), DynStock::new(client_on::<StockClient>(&stage))];
    let tasks = shops.map(|shop| tokio::spawn(async move { shop.count(7).await }));
    let [empty, full] = tasks;
    assert_eq!(empty.await.unwrap().unwrap(), 0);
    assert_eq!(full.await.unwrap().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn clones_share_the_implementation_until_the_last_is_dropped() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let shop = DynShop::new(Fake { dropped: dropped.clone() });
    let other = shop.clone();
    drop(shop);
    assert_eq!(other.order(1).await.unwrap(), 1);
    assert_eq!(dropped.load(Ordering::Relaxed), 0);
    drop(other);
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
}

#[test]
fn the_debug_text_of_a_holder_is_its_name_and_holders_nest() {
    let shop = DynShop::new(DynShop::new(Fake::default()));
    assert_eq!(format!("{shop:?}"), "DynShop { .. }");
    assert_eq!(<DynShop as Shop>::SIZE, 20);
}

/// A trait that returns borrowed values and uses declared, elided and anonymous lifetimes.
#[api(dyn)]
trait Borrowing {
    #[post("/texts")]
    async fn send(&self, #[json] text: Cow<'_, str>, #[query] more: &[Cow<'_, str>]) -> Result<String>;

    fn pick<'a, 'b>(&'a self, one: &'a str, _other: &'b str) -> &'a str
    where
        'b: 'a,
    {
        one
    }
}

#[tokio::test(start_paused = true)]
async fn borrowed_results_may_live_as_long_as_the_call() {
    let stage = Stage::new();
    stage.respond(|seen| (200, seen.json()));
    let shop = DynBorrowing::new(client_on::<BorrowingClient>(&stage));
    let text = {
        let short = String::from("short");
        shop.send(Cow::Borrowed(&short), &[Cow::Borrowed(&short)]).await.unwrap()
    };
    assert_eq!(text, "short");
    assert_eq!(shop.pick("one", "other"), "one");
}

/// A type whose lifetime parameter can be elided in a method signature.
#[derive(serde::Serialize)]
struct Filter<'a> {
    q: &'a str,
}

#[api(dyn)]
#[expect(elided_lifetimes_in_paths, reason = "the test needs elided lifetimes")]
trait Hiding {
    #[post("/texts")]
    async fn send(
        &self,
        #[json] text: Cow<str>,
        #[query] filter: Filter,
        #[query("f")] more: &Filter,
    ) -> Result<String>;

    async fn twice(&self, text: Cow<str>) -> Result<String> {
        self.send(text, Filter { q: "a" }, &Filter { q: "b" }).await
    }
}

#[tokio::test(start_paused = true)]
async fn types_may_hide_lifetimes() {
    let stage = Stage::new();
    stage.respond(|seen| (200, seen.json()));
    let shop = DynHiding::new(client_on::<HidingClient>(&stage));
    let text = {
        let (short, filter) = (String::from("short"), String::from("x"));
        let filter = Filter { q: &filter };
        shop.send(Cow::Borrowed(&short), Filter { q: "y" }, &filter).await.unwrap()
    };
    assert_eq!(text, "short");
    let short = String::from("short");
    let call = shop.twice(Cow::Borrowed(&short));
    fn is_send(_: &impl Send) {}
    is_send(&call);
    assert_eq!(call.await.unwrap(), "short");
}
