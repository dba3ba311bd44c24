//! Tests traits whose methods have a default body and send a request. A fake can omit methods that have a default body,
//! and the generated client overrides these methods.
#![deny(warnings, missing_docs, single_use_lifetimes, elided_lifetimes_in_paths)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use std::borrow::Cow;

use afresh::{Error, RefreshToken, Result, Tokens, api};
use afresh_tests::{Answer, Stage, World};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::api::{ORIGIN, client_on, logged_in_client, only};

/// The default method bodies panic or return values that no response in these tests contains, so a test notices if a
/// default body runs.
#[api(dyn)]
pub trait Shop {
    /// Logs in.
    #[login]
    #[post("/login")]
    async fn login(&self, #[json("user")] user: &str) -> Result<Tokens> {
        Ok(Tokens::new(user))
    }

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens> {
        Err(Error::no_session())
    }

    #[logout]
    #[post("/logout")]
    async fn logout(&self) -> Result<()> {
        unimplemented!()
    }

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<u64> {
        unimplemented!("order {id}")
    }

    /// Adds up orders. This default method body awaits a different method of the trait.
    #[get("/orders")]
    #[timeout("5s")]
    async fn sum(&self, #[query] ids: &[Cow<'_, str>], #[query("note")] notes: Option<&str>) -> Result<u64> {
        let mut sum = 0;
        for id in ids {
            let Ok(id) = id.parse() else { return Err(Error::timeout()) };
            sum += self.order(id).await? + self.none();
        }
        Ok(sum)
    }

    /// Returns a number without sending a request.
    fn none(&self) -> u64 {
        0
    }
}

struct Fake;

impl Shop for Fake {
    async fn login(&self, user: &str) -> Result<Tokens> {
        Ok(Tokens::new(format!("fake {user}")))
    }

    async fn order(&self, id: u64) -> Result<u64> {
        tokio::task::yield_now().await;
        Ok(id * 100)
    }
}

struct Empty;

impl Shop for Empty {}

fn access(tokens: &Tokens) -> &str {
    tokens.access_token().unwrap().secret()
}

async fn check_fake(shop: impl Shop + 'static) {
    let tokens = shop.login("me").await.unwrap();
    assert_eq!(access(&tokens), "fake me");
    assert_eq!(shop.sum(&["1".into(), "2".into()], None).await.unwrap(), 300);
    let task = tokio::spawn(async move { shop.sum(&["one".into()], Some("x")).await });
    assert!(task.await.unwrap().unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_fake_of_a_part_has_the_default_bodies_of_the_rest() {
    check_fake(Fake).await;
    assert_eq!(access(&Empty.login("me").await.unwrap()), "me");
}

#[tokio::test]
async fn a_holder_of_a_fake_of_a_part_has_the_same_bodies() {
    check_fake(DynShop::new(Fake)).await;
}

#[tokio::test]
#[should_panic(expected = "order 7")]
async fn a_default_body_may_panic() {
    drop(Empty.order(7).await);
}

#[tokio::test(start_paused = true)]
async fn the_client_and_its_holder_send_a_request_in_place_of_each_default_body() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.path() {
        "/login" | "/refresh" => {
            Answer::json(200, json!({ "access_token": "of the server", "refresh_token": "r1" }))
        }
        "/logout" => 200.into(),
        _ => (200, 7).into(),
    });
    let client: ShopClient = client_on(&stage);
    let holder = DynShop::new(client.clone());
    for round in 0..2 {
        let login = if round == 0 { client.login("me").await } else { holder.login("me").await };
        assert_eq!(access(&login.unwrap()), "of the server");
        client.session().refresh().await.unwrap();
        let ids = ["1".into(), "two".into()];
        let (order, sum) = if round == 0 {
            (client.order(1).await, client.sum(&ids, Some("x")).await)
        } else {
            (holder.order(1).await, holder.sum(&ids, Some("x")).await)
        };
        assert_eq!((order.unwrap(), sum.unwrap()), (7, 7), "results of `order` and `sum`");
        if round == 0 { client.logout().await.unwrap() } else { holder.logout().await.unwrap() }
    }
    let log = stage.log();
    let sent: Vec<_> = log.iter().map(|seen| seen.uri().to_string().replace(ORIGIN, "")).collect();
    let each = ["/login", "/refresh", "/orders/1", "/orders?ids=1&ids=two&note=x", "/logout"];
    assert_eq!(sent, [each, each].concat());
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_is_refreshed_by_the_declaration_and_not_by_the_default_body() {
    let world = World::new();
    world.guard(403);
    let shop: GuardedClient = logged_in_client(&world);
    world.authority.expire();
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// An API whose client sends requests to a [`World`] instead of running the default method bodies.
#[api]
pub trait Guarded {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens> {
        unimplemented!()
    }

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()> {
        unimplemented!()
    }
}

/// A trait with generic methods, lifetimes, attributes, and names that the generated code might also use.
#[api(path = "/{tenant}")]
pub trait Search<Row = u64>
where
    Row: DeserializeOwned + Send + Sync,
{
    const SIZE: usize = 2;

    #[get("/search")]
    #[expect(clippy::too_many_arguments, reason = "the lint is expected once")]
    async fn search<'a, K: Serialize + Into<u64> + Send>(
        &self,
        tenant: &str,
        #[query] q: &'a str,
        #[query] kind: K,
        #[query] like: impl Serialize + Send,
        #[cfg(any())]
        #[query]
        never: DoesNotExist,
        #[cfg(test)]
        #[query]
        always: u8,
        #[query] call: u8,
        #[query] r#type: &[&'a str],
    ) -> Result<Vec<Row>> {
        Ok([tenant, q].iter().filter_map(|text| serde_json::from_str(text).ok()).take(Self::SIZE).collect())
    }

    #[cfg(any())]
    #[get("/never")]
    async fn never(&self, tenant: &str) -> DoesNotExist {
        does_not_exist()
    }

    #[get("/first")]
    #[allow(unused_variables, reason = "the body of the trait has its lint levels")]
    async fn first(&self, tenant: &str, #[query] q: &str) -> Result<Option<Row>> {
        let unused = 7;
        Ok(self.search(tenant, q, 1_u8, "", 1, 2, &[q]).await?.into_iter().next())
    }
}

struct Rows;

impl Search for Rows {}

impl Search<String> for Rows {}

#[tokio::test]
async fn default_bodies_can_use_generics_lifetimes_and_constants() {
    let found = Search::<u64>::search(&Rows, "1", "2", 3_u8, "x", 4, 5, &["a"]).await;
    assert_eq!(found.unwrap(), [1, 2], "values that `search` found");
    assert_eq!(Search::<String>::first(&Rows, "acme", "\"b\"").await.unwrap(), Some("b".to_owned()));
    let stage = Stage::new();
    stage.respond(|_| Answer::json(200, [9]));
    let client: SearchClient = client_on(&stage);
    let found = Search::<u64>::search(&client, "1", "2", 3_u8, "x", 4, 5, &["a"]).await;
    assert_eq!(found.unwrap(), [9]);
    assert_eq!(only(&stage).uri(), "https://shop.test/1/search?q=2&kind=3&like=x&always=4&call=5&type=a");
}
