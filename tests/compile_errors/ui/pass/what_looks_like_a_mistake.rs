//! Valid declarations that look like mistakes.
#![deny(warnings)]

use std::borrow::Cow;

use afresh::{Pages, Part, RefreshToken, Reply, Result, Tokens, api};

pub type Found<T> = Result<Option<T>>;

#[api]
#[query("page" = "1")]
#[header("accept" = "application/json")]
pub trait Paths {
    #[get("/orders/$count")]
    async fn count(&self) -> Result<u64>;

    #[post("/v1/{id}:cancel")]
    async fn cancel(&self, id: &str) -> Result<()>;

    #[get("/a*b/x[0]/%20")]
    async fn literal(&self) -> Result<()>;

    #[get("/{order-id}")]
    async fn order(&self, #[path("order-id")] order_id: u64) -> Result<()>;

    #[get("/files/{path*}")]
    async fn file(&self, path: &[&str]) -> Result<()>;

    #[get("/orders")]
    async fn page_of_the_method(&self, #[query] page: u8, #[header("accept")] accept: &str) -> Result<()>;

    #[get("/orders")]
    #[header("authorization" = "Basic YTpi")]
    async fn without_a_session(&self) -> Result<()>;

    #[request("PROPFIND", "/orders")]
    async fn find(&self) -> Result<()>;

    #[request("get-all", "/orders")]
    async fn own_method(&self) -> Result<()>;

    #[head("/orders")]
    async fn exists(&self) -> Result<()>;

    #[head("/orders")]
    #[none_on(404)]
    async fn may_exist(&self) -> Result<Option<()>>;

    #[head("/orders")]
    async fn headers(&self) -> Result<Reply<Option<()>>>;

    #[head("/orders")]
    async fn response(&self) -> Result<reqwest::Response>;

    #[get("/orders")]
    #[none_on(404)]
    async fn by_alias(&self) -> Found<u64>;

    #[get("/orders")]
    #[none_on(404)]
    async fn in_a_reply(&self) -> Result<Reply<Option<u64>>>;

    #[post("/orders")]
    #[json("pinned" = true, "v" = 1, "kind" = "order")]
    async fn constants(&self) -> Result<()>;

    #[get("/orders")]
    #[query("tag" = "a", "tag" = "b")]
    async fn repeated(&self, #[query("x")] x: u8, #[query("x")] y: u8) -> Result<()>;

    #[post("/files")]
    async fn bytes(
        &self,
        #[part] vec: Vec<u8>,
        #[part] slice: &[u8],
        #[part] array: [u8; 2],
        #[part] array_reference: &[u8; 2],
        #[part] cow: Cow<'_, [u8]>,
        #[part] list: Vec<Vec<u8>>,
        #[part] optional: Option<&[u8]>,
        #[part] numbers: Vec<u16>,
        #[part] text: &str,
        #[part] part: Part,
        #[part] parts: Vec<Part>,
    ) -> Result<()>;

    #[post("/orders")]
    #[idempotency_key]
    async fn keyed(&self, #[header("idempotency-key")] key: Option<&str>) -> Result<()>;

    #[post("/orders")]
    #[idempotent]
    #[pages(last = "/id", into = "after", items = "/data", more = "/more")]
    async fn last(&self) -> Result<Pages<Vec<u64>>>;

    #[get("/orders")]
    #[pages(link, rebase)]
    async fn linked(&self) -> Result<Pages<Vec<u64>>>;

    #[get("/orders")]
    #[pages(offset = "offset", items = "/data")]
    async fn counted(&self) -> Result<Pages<Vec<u64>>>;
}

#[api(
    refresh_on(200, 302, 401),
    expired_when(json("/error") == "expired"),
    session_ends_on(401, 403),
    session_ends_when(json("/error/code") == "X")
)]
pub trait Account {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("token")] token: RefreshToken) -> Result<Tokens>;

    #[post("/register")]
    async fn register(&self, #[json("name")] name: &str) -> Result<Tokens>;

    #[public]
    #[post("/basic")]
    async fn basic(&self, #[header("authorization")] credential: &str) -> Result<Tokens>;

    #[refresh_on(200)]
    #[get("/orders")]
    async fn orders(&self) -> Result<()>;
}

pub fn take(_: &impl Paths, _: &impl Account) {}

fn main() {}
