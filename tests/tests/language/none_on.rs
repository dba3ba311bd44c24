//! Tests the `#[none_on]` attribute: the statuses for which a method returns `None`.

use afresh::{RefreshToken, Reply, Result, Tokens, api};
use afresh_tests::{Answer, Stage, World};
use serde_json::{Value, json};

use crate::api::{client_on, logged_in_client, only};

#[api]
trait Stock {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[none_on(404)]
    #[get("/items/{id}")]
    async fn item(&self, id: u64) -> Result<Option<Value>>;

    #[none_on(404, 410)]
    #[get("/items/{id}")]
    async fn living(&self, id: u64) -> Result<Reply<Option<Value>>>;

    #[none_on(403)]
    #[get("/items/{id}")]
    async fn allowed(&self, id: u64) -> Result<Option<Value>>;

    #[get("/items/{id}")]
    async fn plain(&self, id: u64) -> Result<Option<Value>>;
}

fn stock(stage: &Stage, status: u16) -> StockClient {
    stage.respond(move |_| Answer::json(status, json!({ "message": "said" })));
    afresh::__private::builder(crate::api::ORIGIN)
        .transport(stage.service())
        .tokens(Tokens::new("a"))
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_declared_status_is_none_and_a_success_is_some() {
    let stage = Stage::new();
    assert_eq!(stock(&stage, 404).item(7).await.unwrap(), None);
    assert_eq!(stock(&stage, 200).item(7).await.unwrap(), Some(json!({ "message": "said" })));
}

#[tokio::test(start_paused = true)]
async fn every_other_status_is_an_error() {
    let stage = Stage::new();
    for status in [400, 410, 500] {
        let error = stock(&stage, status).item(7).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
    assert!(stock(&stage, 404).plain(7).await.unwrap_err().is_status());
}

#[tokio::test(start_paused = true)]
async fn a_reply_of_none_keeps_its_status() {
    let stage = Stage::new();
    for status in [404, 410] {
        let reply = stock(&stage, status).living(7).await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.body), (status, None), "status and body of the reply");
    }
}

#[tokio::test(start_paused = true)]
async fn a_declared_401_is_none_only_after_the_refresh() {
    let world = World::new();
    world.guard_with(403, |_| Answer::new(403));
    let stock: StockClient = logged_in_client(&world);
    world.authority.expire();
    assert_eq!(stock.allowed(7).await.unwrap(), None);
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

#[api]
trait Bare {
    #[public]
    #[none_on(404)]
    #[head("/items/{id}")]
    async fn exists(&self, id: u64) -> Result<Option<()>>;
}

#[tokio::test(start_paused = true)]
async fn a_head_without_a_body_can_be_none_too() {
    let stage = Stage::new();
    stage.respond(|_| 404);
    let bare: BareClient = client_on(&stage);
    assert_eq!(bare.exists(7).await.unwrap(), None);
    assert_eq!(only(&stage).route(), "HEAD /items/7");
}
