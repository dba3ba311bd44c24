//! Uses timeouts, pages, `none_on` statuses, cookies, multipart bodies, rest parameters and a `Dyn` type in a crate
//! with strict lints.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused)]
#![deny(unused_qualifications, unnameable_types, single_use_lifetimes)]

use afresh::{api, ByteStream, Events, Lines, Pages, Part, Result};

/// The shop.
#[api(dyn, path = "/{tenant}")]
pub trait Shop {
    /// Gives up in time.
    #[timeout("1m 30s")]
    #[none_on(404, 410)]
    #[get("/orders/{rest*}")]
    async fn order(&self, tenant: &str, rest: &[&str], #[cookie("lang")] lang: Option<&str>) -> Result<Option<u64>>;

    #[pages(link)]
    #[get("/a")]
    async fn linked(&self, tenant: u64) -> Result<Pages<u64>>;

    #[pages(cursor = "/meta/next_cursor", into = "after")]
    #[get("/b")]
    async fn by_cursor(&self, tenant: u64, #[query] first: u8) -> Result<Pages<u64>>;

    #[pages(number = "page")]
    #[get("/c")]
    async fn numbered(&self, tenant: u64) -> Result<Pages<u64>>;

    #[post("/photos")]
    async fn upload(&self, tenant: u64, #[part] photo: Part, #[part("caption")] text: &str) -> Result<ByteStream>;

    #[get("/lines")]
    async fn lines(&self, tenant: u64) -> Result<Lines<u64>>;

    #[get("/events")]
    #[deprecated]
    async fn events(&self, tenant: u64) -> Result<Events<String>>;

    /// The first one.
    async fn first(&self) -> Result<Option<u64>> {
        self.order("me", &["first"], None).await
    }

    /// Neither async nor fallible.
    fn title(&self) -> &str {
        "shop"
    }
}

fn main() {}
