//! Tests the trait that the macro emits: how the trait can be implemented, and which properties the futures of its
//! methods have.

use std::borrow::Cow;
use std::fmt::Debug;

use afresh::{Result, api};
use afresh_tests::Stage;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{client_on, only};

#[api]
#[cfg_attr(all(), mockall::automock)]
pub trait Stock {
    #[get("/items/{item}")]
    async fn count(&self, item: u64) -> Result<u32>;

    async fn has(&self, item: u64) -> Result<bool> {
        Ok(self.count(item).await? > 0)
    }
}

#[tokio::test]
async fn automock_below_the_attribute_generates_a_double() {
    let mut stock = MockStock::new();
    stock.expect_count().returning(|item| Box::pin(async move { Ok(item as u32) }));
    assert_eq!(stock.count(7).await.unwrap(), 7);
}

struct Fake;

impl Stock for Fake {
    async fn count(&self, item: u64) -> Result<u32> {
        Ok(item as u32)
    }
}

#[tokio::test]
async fn a_hand_written_double_uses_plain_async_fn_and_inherits_default_methods() {
    assert!(Fake.has(7).await.unwrap());
    assert!(!Fake.has(0).await.unwrap());
}

#[api]
pub trait Search: Debug {
    const SIZE: u32 = 20;

    #[get("/search")]
    async fn search<'a, T: DeserializeOwned>(
        &self,
        #[query] q: &'a str,
        #[query] size: u32,
        #[query] kind: impl Serialize + Send,
        #[query] tags: &[Cow<'a, str>],
    ) -> Result<Vec<T>>;

    #[get("/{type}")]
    async fn by_type<const N: usize>(
        &self,
        r#type: &str,
        #[query] call: [u8; N],
        #[query] tokens: u8,
    ) -> Result<()>
    where
        [u8; N]: Serialize;

    /// A method with a default body can have patterns and `mut` in its parameters.
    async fn first(&self, (mut q, _): (String, u8)) -> Result<Option<u64>> {
        q.push('!');
        let mut found: Vec<u64> = self.search(&q, Self::SIZE, "order", &[]).await?;
        Ok(found.pop())
    }

    fn size(&self) -> u32 {
        Self::SIZE
    }

    fn describe() -> &'static str
    where
        Self: Sized,
    {
        "search"
    }
}

#[tokio::test]
async fn generics_lifetimes_and_arguments_of_any_kind_are_sent() {
    let stage = Stage::new();
    let search: SearchClient = client_on(&stage);
    search.by_type("a/b", [1, 2], 3).await.unwrap();
    assert_eq!(only(&stage).uri(), "https://shop.test/a%2Fb?call=1&call=2&tokens=3");
    assert_eq!((search.size(), SearchClient::describe()), (20, "search"), "size() and describe()");
}

#[tokio::test]
async fn a_default_method_sends_what_it_calls() {
    let stage = Stage::new();
    let search: SearchClient = client_on(&stage);
    stage.respond(|_| afresh_tests::Answer::json(200, [1, 2]));
    assert_eq!(search.first(("a".into(), 0)).await.unwrap(), Some(2));
    assert_eq!(only(&stage).query(), Some("q=a%21&size=20&kind=order"));
}

#[tokio::test]
async fn a_call_on_the_client_outlives_its_arguments() {
    let stage = Stage::new();
    let search: SearchClient = client_on(&stage);
    let task = {
        let name = String::from("local");
        tokio::spawn(search.by_type(&name, [0; 0], 1))
    };
    drop(search);
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_through_the_trait_is_send() {
    async fn send(search: impl Search + 'static) -> Result<()> {
        tokio::spawn(async move { search.by_type("x", [1], 1).await }).await.unwrap()
    }
    let stage = Stage::new();
    let search: SearchClient = client_on(&stage);
    send(search).await.unwrap();
}

#[api]
pub trait Table<Row, const WIDTH: usize = 3>
where
    Row: Serialize + Sync,
{
    #[put("/rows")]
    async fn put(&self, #[json] row: &Row) -> Result<()>;

    async fn put_twice(&self, row: &Row) -> Result<()> {
        self.put(row).await?;
        self.put(row).await
    }
}

#[tokio::test]
async fn one_client_serves_a_generic_trait_for_every_type() {
    let stage = Stage::new();
    let table: TableClient = client_on(&stage);
    Table::<u8>::put(&table, &7).await.unwrap();
    Table::<&str, 9>::put_twice(&table, &"x").await.unwrap();
    let bodies: Vec<String> =
        stage.log().iter().map(|seen| String::from_utf8_lossy(seen.body()).into_owned()).collect();
    assert_eq!(bodies, ["7", "\"x\"", "\"x\""]);
}

#[test]
fn the_client_is_clone_and_debug_and_shares_its_session() {
    let stage = Stage::new();
    let stock: StockClient = client_on(&stage);
    let other = StockClient::new(stock.clone().client().clone());
    assert!(format!("{other:?}").starts_with("StockClient"));
    stock.session().set(afresh::Tokens::new("a1"));
    assert!(other.session().tokens().is_some());
}
