//! Tests that the code for attributes such as `timeout`, `part` and `none_on` does not cause lint warnings, even in a
//! crate with strict lints.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused_qualifications)]
#![deny(unused_results, single_use_lifetimes, elided_lifetimes_in_paths, unnameable_types)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use std::future::Future;
use std::marker::Send;

use afresh::{ByteStream, Part, RefreshToken, Result, Tokens, api};
use serde::Serialize;

/// A trait with timeouts, multipart bodies, cookies, rest parameters and `none_on`.
#[api(dyn)]
pub(crate) trait Loud {
    #[refresh]
    #[timeout("10s")]
    #[post("/refresh")]
    async fn refresh(
        &self,
        #[cookie("r")] token: RefreshToken,
        #[part("t")] same: RefreshToken,
    ) -> Result<Tokens>;

    #[none_on(404, 410)]
    #[timeout("1m 30s")]
    #[get("/{a}/{rest*}")]
    async fn many<'a>(
        &self,
        a: u8,
        rest: &'a [&'a str],
        #[cookie] theme: Option<&str>,
        #[cookie("x")] cookie: &'a str,
    ) -> Result<Option<u8>>;

    #[deprecated]
    #[post("/parts")]
    async fn parts(
        &self,
        #[part] text: &str,
        #[part("file")] file: Part,
        #[part] more: Vec<Part>,
    ) -> Result<ByteStream>;

    /// This method has a default body.
    async fn provided(&self, mut times: u8) -> Result<()> {
        while times > 0 {
            times -= 1;
            let _same = self.many(times, &["a"], None, "x").await?;
        }
        Ok(())
    }

    /// This method is neither async nor fallible.
    fn plain<'a>(&'a self, text: &'a str) -> &'a str {
        text
    }
}

/// A trait that is never used.
#[api(dyn)]
trait Unused {
    #[get("/unused")]
    async fn unused(&self, #[query] generic: u8) -> Result<()>;
}

/// A trait whose type parameter `T` must not be shadowed in generated code.
#[api]
pub(crate) trait Generic<T: Serialize + Sync> {
    #[get("/{rest*}")]
    async fn get(&self, rest: &T, #[cookie("c")] cookie: impl Serialize + Send) -> Result<()>;
}

/// Generated code must not make imports in user code redundant.
#[test]
fn is_quiet() {
    fn future<F: Future + Send>(_: F) {}
    let built = LoudClient::builder("https://shop.test").build();
    let loud = DynLoud::new(built.unwrap_or_else(|error| unreachable!("{error}")));
    future(loud.provided(0));
    assert_eq!(loud.plain("x"), "x");
}
