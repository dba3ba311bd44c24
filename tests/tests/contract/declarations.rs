//! Uses the public API for declaring traits: the arguments of `#[api]`, the method and parameter attributes, and the
//! return types.

use std::borrow::Cow;
use std::collections::BTreeMap;

use afresh::{
    AccessToken, AsTokens, Body, ByteStream, CookieSession, Event, Events, FromSession, Items, Lines, Pages,
    Part, RefreshToken, Reply, Result, Tokens, api,
};
use bytes::Bytes;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
}

#[derive(Debug, Serialize)]
pub struct Page {
    pub number: u32,
    pub size: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Open,
}

#[api]
pub trait Shop {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[get("/orders")]
    async fn orders(
        &self,
        #[query] status: Option<Status>,
        #[query] tag: &[&str],
        #[query] page: &Page,
    ) -> Result<Reply<Vec<Order>>>;

    #[put("/orders/{id}/photo")]
    async fn photo(&self, id: u64, #[header("content-type")] kind: &str, #[body] image: Bytes) -> Result<()>;

    #[public]
    #[get("/health")]
    async fn health(&self) -> Result<String>;
}

/// A trait that uses every argument of `#[api]`. The access token is sent in a custom header, without a scheme.
#[api(
    client = SeedApi,
    path = "/api/v2",
    refresh_on(401, 403),
    expired_when(json("/error") == "expired"),
    forbidden_when(json("/error") == "forbidden"),
    scheme = none,
    token_header = "x-access-token",
    session_ends_on(401, 403),
    session_ends_when(json("/error/code") == "REVOKED"),
    dyn,
    crate = ::afresh
)]
#[header("accept" = "application/json")]
#[query("v" = "2")]
pub trait Seed {
    #[login]
    #[post("/login")]
    async fn log_in(&self, #[json("user")] user: &str, #[json("password")] password: &str) -> Result<Pair>;

    #[refresh]
    #[post("/refresh")]
    #[form("grant_type" = "refresh_token")]
    async fn refresh(
        &self,
        #[form("refresh_token")] token: RefreshToken,
        #[bearer] access: Option<AccessToken>,
        #[header("x-tenant")] tenant: Tenant,
    ) -> Result<Reply<Pair>>;

    #[logout]
    #[post("/logout")]
    async fn log_out(&self, #[json("refresh_token")] token: Option<RefreshToken>) -> Result<()>;

    #[refresh_on(403)]
    #[timeout("5s")]
    #[no_replay]
    #[get("/fragile")]
    async fn fragile(&self) -> Result<()>;
}

#[derive(Debug, Clone, Deserialize, AsTokens)]
pub struct Pair {
    #[tokens(access)]
    pub token: String,
    #[tokens(refresh)]
    pub next: Option<String>,
    #[tokens(expires_in)]
    pub ttl: Option<u64>,
}

#[derive(Debug, Serialize)]
pub struct Tenant(String);

impl FromSession for Tenant {
    fn from_session(_: &Tokens) -> Option<Self> {
        Some(Self("north".to_owned()))
    }
}

/// An API whose session consists only of cookies.
#[api]
pub trait Cookies {
    #[login]
    #[post("/login")]
    async fn log_in(&self, #[form] credentials: &Credentials) -> Result<CookieSession>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self) -> Result<CookieSession>;
}

#[api]
pub trait Places {
    #[get("/users/{user-id}/files/{rest*}")]
    async fn path(&self, #[path("user-id")] user: u64, rest: &str) -> Result<()>;

    #[get("/orders/$count")]
    async fn count(&self) -> Result<u64>;

    #[post("/v1/{id}:cancel")]
    async fn cancel(&self, id: &str) -> Result<()>;

    #[get("/search")]
    #[query("sort" = "name")]
    async fn query(
        &self,
        #[query("page[size]")] size: Option<u32>,
        #[query("filter")] filter: &Page,
        #[query] pairs: &BTreeMap<String, String>,
    ) -> Result<()>;

    #[get("/headers")]
    async fn headers(
        &self,
        #[header("x-trace")] trace: Option<&str>,
        #[header] all: HeaderMap,
        #[cookie("theme")] theme: Option<&str>,
    ) -> Result<()>;

    #[post("/json")]
    #[json("k" = "v", "n" = 7, "on" = true)]
    async fn members(&self, #[json("name")] name: &str, #[json("count")] count: Option<u8>) -> Result<()>;

    #[post("/form")]
    async fn form(&self, #[form] whole: &Page) -> Result<()>;

    #[post("/parts")]
    async fn parts(
        &self,
        #[part("file")] file: Part,
        #[part] vector: Vec<u8>,
        #[part] slice: &[u8],
        #[part] array: [u8; 4],
        #[part] number: u32,
    ) -> Result<()>;

    #[post("/more-parts")]
    async fn more_parts(
        &self,
        #[part] cow: Cow<'_, [u8]>,
        #[part] bytes: Option<Bytes>,
        #[part] many: Vec<Part>,
    ) -> Result<()>;

    #[put("/vector")]
    async fn vector(&self, #[body] body: Vec<u8>) -> Result<()>;

    #[put("/string")]
    async fn string(&self, #[body] body: String) -> Result<()>;

    #[put("/static")]
    async fn literal(&self, #[body] body: &'static str) -> Result<()>;

    #[put("/body")]
    async fn body(&self, #[body] body: Body) -> Result<()>;
}

/// A trait that uses every HTTP method attribute and every return type.
#[api]
pub trait Answers {
    #[get("/json")]
    async fn json(&self) -> Result<BTreeMap<String, Order>>;
    #[put("/text")]
    async fn text(&self) -> Result<String>;
    #[patch("/bytes")]
    async fn bytes(&self) -> Result<Bytes>;
    #[delete("/nothing")]
    async fn nothing(&self) -> Result<()>;
    #[head("/head")]
    async fn head(&self) -> Result<Reply<()>>;
    #[options("/options")]
    async fn options(&self) -> Result<reqwest::Response>;
    #[request("PROPFIND", "/dav")]
    async fn propfind(&self) -> Result<String>;
    #[none_on(404)]
    #[get("/maybe")]
    async fn maybe(&self) -> Result<Option<Order>>;
    #[get("/stream")]
    async fn stream(&self) -> Result<ByteStream>;
    #[get("/lines")]
    async fn lines(&self) -> Result<Lines<Order>>;
    #[get("/events")]
    async fn events(&self) -> Result<Events<Order>>;
    #[get("/texts")]
    async fn texts(&self) -> Result<Events<String>>;
    #[idempotent]
    #[post("/idempotent")]
    async fn idempotent(&self) -> Result<()>;
    #[idempotency_key]
    #[post("/keyed")]
    async fn keyed(&self, #[header("idempotency-key")] key: Option<&str>) -> Result<()>;
    #[idempotency_key("x-request-id")]
    #[post("/named")]
    async fn named(&self) -> Result<()>;
}

/// A trait that uses every kind of pagination.
#[api]
pub trait Lists {
    #[pages(link)]
    #[get("/link")]
    async fn link(&self) -> Result<Pages<Vec<Order>>>;
    #[pages(link, rebase)]
    #[get("/rebased")]
    async fn rebased(&self) -> Result<Items<Order>>;
    #[pages(url = "/next", items = "/data", rebase)]
    #[get("/url")]
    async fn url(&self) -> Result<Items<Order>>;
    #[pages(cursor = "/meta/next", into = "after", items = "/data", more = "/has_more")]
    #[get("/cursor")]
    async fn cursor(&self, #[query] after: Option<&str>) -> Result<Items<Order>>;
    #[pages(header = "x-next-page", into = "page")]
    #[get("/header")]
    async fn header(&self) -> Result<Pages<Vec<Order>>>;
    #[pages(last = "/id", into = "starting_after", items = "/data", more = "/has_more")]
    #[get("/last")]
    async fn last(&self) -> Result<Items<Order>>;
    #[pages(number = "page")]
    #[get("/number")]
    async fn number(&self, #[query] page: Option<u32>) -> Result<Items<Order>>;
    #[pages(offset = "offset")]
    #[get("/offset")]
    async fn offset(&self) -> Result<Pages<Vec<Order>>>;
}

/// A hand-written fake client that has plain `async fn` methods and can be stored in a `DynSeed`.
struct Fake;

impl Seed for Fake {
    async fn log_in(&self, _: &str, _: &str) -> Result<Pair> {
        Ok(Pair { token: "a".to_owned(), next: None, ttl: Some(60) })
    }
    async fn refresh(&self, _: RefreshToken, _: Option<AccessToken>, _: Tenant) -> Result<Reply<Pair>> {
        Err(afresh::Error::timeout())
    }
    async fn log_out(&self, _: Option<RefreshToken>) -> Result<()> {
        Ok(())
    }
    async fn fragile(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_fake_and_a_client_are_the_same_to_code_over_the_trait() {
    let seed = DynSeed::new(Fake);
    assert_eq!(seed.log_in("ann", "secret").await.unwrap().token, "a");
    let client = SeedApi::builder("https://shop.example").build().unwrap();
    let _: DynSeed = DynSeed::new(client.clone());
    fn is_shop<T: Shop + Clone + std::fmt::Debug + Send + Sync + 'static>(_: &T) {}
    let shop = ShopClient::builder("http://127.0.0.1:9").build().unwrap();
    is_shop(&shop);
    let page = Page { number: 1, size: 20 };
    assert!(shop.orders(Some(Status::Open), &["new"], &page).await.unwrap_err().is_no_session());
}

/// A call's future is `'static`, so even a call with borrowed arguments can be spawned.
#[tokio::test]
async fn a_call_with_borrowed_arguments_is_spawned() {
    let shop = ShopClient::builder("http://127.0.0.1:9").build().unwrap();
    let credentials = Credentials { user: "ann".to_owned(), password: "secret".to_owned() };
    let call = tokio::spawn(shop.login(&credentials));
    drop(credentials);
    assert!(call.await.unwrap().unwrap_err().is_connect());
}

#[test]
fn the_fields_of_an_event_are_public() {
    let Event { id, event, data, .. } = Event::new("data".to_owned());
    assert_eq!((id, event, data.as_str()), (None, None, "data"), "id, name and data of the event");
}
