//! Declares a public API in a crate that denies as many lints as possible.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused)]
#![deny(unused_qualifications, unnameable_types, single_use_lifetimes)]

use afresh::{api, RefreshToken, Result, Tokens};

/// The shop.
#[api]
pub trait Shop {
    /// Logs in.
    #[login]
    #[post("/login")]
    async fn login(&self, #[json("user")] user: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders/{id}")]
    #[deprecated]
    async fn order(&self, id: u64) -> Result<()>;

    /// The first one.
    async fn first(&self) -> Result<()> {
        self.second().await
    }

    #[get("/orders/2")]
    async fn second(&self) -> Result<()>;
}

fn main() {}
