//! Tests the requests that a trait's attributes describe.

use afresh::{AccessToken, FromSession, RefreshToken, Result, Tokens, api};
use afresh_tests::{Answer, Stage};
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use serde_json::json;

use super::{client_on, only};

#[derive(Serialize)]
pub struct Page {
    number: u32,
    size: u32,
}

#[api(path = "/{tenant}/v2")]
#[header("accept" = "application/json")]
#[query("v" = "2")]
pub trait Shop {
    #[get("/orders/{id}/lines/{line-no}")]
    async fn line(&self, #[path("line-no")] line: u8, id: u64, tenant: &str) -> Result<()>;

    #[get("")]
    async fn root(&self, tenant: &str) -> Result<()>;

    #[get("/orders")]
    async fn orders(
        &self,
        tenant: &str,
        #[query] tag: &[&str],
        #[query("page[size]")] size: Option<u8>,
        #[query] page: &Page,
    ) -> Result<()>;

    #[put("/orders")]
    #[header("Accept" = "text/plain", "x-Kind" = "order")]
    #[query("v" = "3")]
    async fn replaced(&self, tenant: &str) -> Result<()>;

    #[put("/orders")]
    async fn negotiated(&self, tenant: &str, #[header("Accept")] accept: Option<&str>) -> Result<()>;

    #[delete("/orders")]
    async fn with_headers(
        &self,
        tenant: &str,
        #[header] more: &HeaderMap,
        #[header("x-id")] id: u64,
    ) -> Result<()>;
}

#[api]
#[cfg_attr(all(), header("accept" = "application/json"))]
pub trait Bodies {
    #[post("/whole")]
    async fn whole(&self, #[json] page: &Page) -> Result<()>;

    #[post("/members")]
    #[json("kind" = "page")]
    async fn members(&self, #[json("number")] number: u32, #[json("size")] size: u32) -> Result<()>;

    #[patch("/form")]
    async fn form(&self, #[form] page: &Page) -> Result<()>;

    #[post("/fields")]
    #[form("grant_type" = "refresh_token")]
    async fn fields(&self, #[form("a b")] value: &str) -> Result<()>;

    #[request("PROPFIND", "/body")]
    async fn body(&self, #[body] text: &'static str) -> Result<()>;

    #[options("/")]
    async fn options(&self) -> Result<()>;

    #[head("/")]
    async fn head(&self) -> Result<()>;
}

#[tokio::test]
async fn placeholders_are_filled_by_name_whatever_the_order_of_parameters() {
    let stage = Stage::new();
    let shop: ShopClient = client_on(&stage);
    shop.line(3, 7, "acme").await.unwrap();
    assert_eq!(only(&stage).uri(), "https://shop.test/acme/v2/orders/7/lines/3?v=2");
}

#[tokio::test]
async fn an_empty_path_is_the_prefix() {
    let stage = Stage::new();
    let shop: ShopClient = client_on(&stage);
    shop.root("acme").await.unwrap();
    assert_eq!(only(&stage).path(), "/acme/v2");
}

#[tokio::test]
async fn query_parameters_have_their_own_or_the_given_name() {
    let stage = Stage::new();
    let shop: ShopClient = client_on(&stage);
    let page = Page { number: 1, size: 20 };
    shop.orders("acme", &["new", "paid"], Some(5), &page).await.unwrap();
    let query = only(&stage).query().unwrap().to_owned();
    assert_eq!(query, "v=2&tag=new&tag=paid&page%5Bsize%5D=5&number=1&size=20");
}

#[tokio::test]
async fn a_constant_of_the_method_replaces_that_of_the_trait() {
    let stage = Stage::new();
    let shop: ShopClient = client_on(&stage);
    shop.replaced("acme").await.unwrap();
    let seen = only(&stage);
    assert_eq!(seen.query(), Some("v=3"));
    assert_eq!(seen.headers().get_all("accept").iter().collect::<Vec<_>>(), ["text/plain"]);
    assert_eq!(seen.header("x-kind"), Some("order"));
}

#[tokio::test]
async fn a_header_parameter_replaces_the_constant_of_the_trait() {
    let stage = Stage::new();
    let shop: ShopClient = client_on(&stage);
    shop.negotiated("acme", Some("text/html")).await.unwrap();
    assert_eq!(only(&stage).headers().get_all("accept").iter().collect::<Vec<_>>(), ["text/html"]);
}

#[tokio::test]
async fn a_map_of_headers_is_sent_whole() {
    let stage = Stage::new();
    let shop: ShopClient = client_on(&stage);
    let more = HeaderMap::from_iter([(http::header::ETAG, HeaderValue::from_static("x"))]);
    shop.with_headers("acme", &more, 7).await.unwrap();
    let seen = only(&stage);
    assert_eq!(
        (seen.header("etag"), seen.header("x-id")),
        (Some("x"), Some("7")),
        "`etag` and `x-id` headers"
    );
    assert_eq!(seen.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn json_and_forms_are_sent_whole_or_by_fields() {
    let stage = Stage::new();
    let shop: BodiesClient = client_on(&stage);
    let page = Page { number: 1, size: 20 };
    shop.whole(&page).await.unwrap();
    shop.form(&page).await.unwrap();
    shop.fields("x&y").await.unwrap();
    shop.body("text").await.unwrap();
    shop.members(1, 20).await.unwrap();
    let log = stage.log();
    assert_eq!(log[0].json(), json!({"number": 1, "size": 20}));
    assert_eq!(log[0].header("accept"), Some("application/json"));
    assert_eq!(log[1].body(), "number=1&size=20");
    assert_eq!(log[2].body(), "grant_type=refresh_token&a+b=x%26y");
    assert_eq!(log[3].body(), "text");
    assert_eq!(log[4].json(), json!({"kind": "page", "number": 1, "size": 20}));
}

#[tokio::test]
async fn every_method_attribute_sends_its_http_method() {
    let stage = Stage::new();
    let shop: BodiesClient = client_on(&stage);
    shop.body("").await.unwrap();
    shop.options().await.unwrap();
    shop.head().await.unwrap();
    let methods: Vec<String> = stage.log().iter().map(|seen| seen.method().to_owned()).collect();
    assert_eq!(methods, ["PROPFIND", "OPTIONS", "HEAD"]);
}

#[derive(Serialize)]
pub struct Pair {
    access: AccessToken,
    refresh: RefreshToken,
}

impl FromSession for Pair {
    fn from_session(tokens: &Tokens) -> Option<Self> {
        Some(Self {
            access: AccessToken::from_session(tokens)?,
            refresh: RefreshToken::from_session(tokens)?,
        })
    }
}

#[api(scheme = none, token_header = "X-Auth", refresh_on(418))]
#[header("x-client" = "test")]
pub trait Renewed {
    #[refresh]
    #[post("/renew/{old}")]
    #[form("grant_type" = "refresh_token")]
    async fn renew(
        &self,
        old: AccessToken,
        #[bearer] bearer: RefreshToken,
        #[form("refresh")] form: Option<RefreshToken>,
        #[query] pair: Pair,
    ) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self) -> Result<()>;
}

#[tokio::test]
async fn the_parameters_of_a_refresh_are_filled_and_sent_like_any_other() {
    let stage = Stage::new();
    stage.respond(|seen| match (seen.path(), seen.header("x-auth")) {
        ("/orders", Some("a1")) => Answer::new(418),
        ("/orders", Some("a2")) => Answer::new(200),
        (_, None) => Answer::json(200, json!({"access_token": "a2"})),
        _ => Answer::new(500),
    });
    let builder = RenewedClient::builder("https://shop.test").transport(stage.service());
    let shop = builder.tokens(Tokens::new("a1").with_refresh("r1")).build().unwrap();
    shop.orders().await.unwrap();

    let renewal = stage.log().into_iter().find(|seen| seen.path() != "/orders").unwrap();
    assert_eq!(renewal.uri(), "https://shop.test/renew/a1?access=a1&refresh=r1");
    assert_eq!(renewal.header("authorization"), Some("Bearer r1"));
    assert_eq!(renewal.header("x-client"), Some("test"));
    assert_eq!(renewal.body(), "grant_type=refresh_token&refresh=r1");
}
