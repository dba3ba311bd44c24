//! Tests that generated code does not cause lint warnings, even in a crate with strict lints.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused_qualifications)]
#![deny(unused_results, single_use_lifetimes, elided_lifetimes_in_paths, unnameable_types)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use std::future::Future;
use std::marker::Send;

use afresh::{RefreshToken, Result, Tokens, api};
use serde::Serialize;

/// A trait that uses every kind of attribute.
#[api(
    path = "/api",
    client = LoudClient,
    refresh_on(401),
    expired_when(json("/code") == 17, json("/expired") == true),
    forbidden_when(json("/error") == "csrf"),
    scheme = none,
    token_header = "X-Auth",
    crate = afresh
)]
#[header("accept" = "application/json")]
pub(crate) trait Loud {
    /// Logs in.
    #[login]
    #[post("/login")]
    async fn login(&self, #[json("user")] user: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(
        &self,
        #[bearer] token: RefreshToken,
        #[form] same: Option<RefreshToken>,
    ) -> Result<Tokens>;

    #[logout]
    #[post("/logout")]
    async fn logout(&self) -> Result<()>;

    #[public]
    #[get("/health")]
    #[deprecated = "it is always fine"]
    async fn health(&self) -> Result<String>;

    #[no_replay]
    #[refresh_on(403)]
    #[expired_when(json("/code") == -1)]
    #[forbidden_when(json("") == "forbidden")]
    #[put("/{a}/{b}")]
    #[expect(clippy::too_many_arguments, reason = "the lint must be reported once")]
    async fn many(
        &self,
        b: u8,
        a: &str,
        #[query] _unused: u8,
        #[query] tags: &[&str],
        #[query] list: Vec<u8>,
        #[query] generic: impl Serialize + Send,
        #[header("x-a")] header: Option<&str>,
        #[header] headers: &http::HeaderMap,
        #[body] body: Vec<u8>,
    ) -> Result<Vec<u8>>;

    /// This method has a default body.
    async fn provided(&self, mut times: u8) -> Result<()> {
        while times > 0 {
            times -= 1;
            self.logout().await?;
        }
        Ok(())
    }
}

/// A trait whose `#[refresh]` methods each exist in only one `cfg` configuration.
#[api]
pub(crate) trait Configured {
    #[cfg(test)]
    #[refresh]
    #[post("/a")]
    async fn refresh(
        &self,
        #[cfg(test)]
        #[json("t")]
        token: RefreshToken,
    ) -> Result<Tokens>;

    #[cfg(not(test))]
    #[refresh]
    #[post("/b")]
    async fn refresh(&self) -> Result<Tokens>;

    #[get("/{id}")]
    async fn get(
        &self,
        #[cfg(test)] id: u64,
        #[cfg(not(test))] id: &str,
        #[cfg(not(test))]
        #[query]
        page: u8,
    ) -> Result<()>;
}

/// A trait with camel-case names, spelled as in the server's API. The lint levels set on the trait apply to all
/// generated code.
#[api]
#[allow(non_snake_case)]
pub(crate) trait Camel {
    #[refresh]
    #[post("/refresh")]
    async fn reFresh(&self, #[json("t")] refreshToken: RefreshToken) -> Result<Tokens>;

    #[get("/{orderId}")]
    async fn getOrder(&self, orderId: u64, #[query] pageSize: u8) -> Result<()>;
}

#[api]
#[deprecated]
trait Unused {
    #[get("/")]
    async fn get(&self) -> Result<()>;
}

#[test]
fn a_strict_crate_compiles_and_the_client_is_usable() {
    const fn usable(_: &(impl Future + Send + 'static)) {}
    let loud = LoudClient::builder("https://shop.test").build().unwrap();
    usable(&loud.many(1, "a", 2, &["x"], vec![], 3, None, &http::HeaderMap::new(), vec![]));
    let configured = ConfiguredClient::new(loud.client().clone());
    usable(&configured.get(7));
}
