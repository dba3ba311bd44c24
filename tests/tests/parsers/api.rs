//! Defines the API that receives generated responses, and the number of test cases.

use std::env;

use afresh::{Events, Lines, Pages, RefreshToken, Result, Tokens, api};
use afresh_tests::World;
use proptest::test_runner::{Config, RngSeed};
use serde::Deserialize;
use serde_json::Value;

pub const ORIGIN: &str = "https://shop.test";
/// A string that is part of every secret and that the tests search for.
pub const CANARY: &str = "canary4711";

#[api]
pub trait Api {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/value")]
    async fn value(&self) -> Result<Value>;

    #[get("/text")]
    async fn text(&self) -> Result<String>;

    #[get("/basket")]
    async fn basket(&self) -> Result<Basket>;

    #[get("/events")]
    async fn events(&self) -> Result<Events<String>>;

    #[get("/lines")]
    async fn lines(&self) -> Result<Lines<Value>>;

    #[pages(link)]
    #[get("/linked")]
    async fn linked(&self) -> Result<Pages<Vec<u8>>>;
}

/// A type that few of the generated bodies match.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
pub struct Basket {
    items: Vec<Item>,
    owner: Option<String>,
    total: f64,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
pub struct Item {
    name: String,
    count: u8,
    kind: Kind,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Book,
    Toy { age: u8 },
}

pub fn client(world: &World, tokens: Tokens) -> ApiClient {
    ApiClient::builder(ORIGIN).transport(world.service()).tokens(tokens).build().unwrap()
}

/// Runs a future with Tokio's clock paused.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(future)
}

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |number| number.parse().expect("a number"))
}

pub fn config() -> Config {
    Config {
        cases: number("AFRESH_FUZZ_CASES", 2000).try_into().unwrap(),
        rng_seed: RngSeed::Fixed(number("AFRESH_FUZZ_SEED", 7)),
        failure_persistence: None,
        ..Config::default()
    }
}
