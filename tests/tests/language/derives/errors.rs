//! Tests `#[derive(ApiError)]`: the variant for each response, and the error message.

use std::error::Error as _;
use std::time::Duration;

use afresh::{ApiError, Problem, Tokens, api};
use afresh_tests::{Answer, Stage};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Deserialize)]
struct Conflict {
    version: u64,
}

/// A body type for two kinds of response that the server sends with the same status.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Refused {
    Limit { limit: u64 },
    Version { version: u64 },
}

#[derive(Debug, ApiError)]
enum ShopError {
    /// no such
    /// order.
    ///
    /// This second paragraph is not part of the error message.
    #[status(404, 410)]
    NotFound,
    #[status(4xx)]
    Problem(Problem),
    #[status(409)]
    Conflict { body: Conflict },
    #[status(422)]
    Refused(Refused),
    #[status(418, 5xx)]
    Text(String),
    #[other]
    Other(afresh::Error),
}

#[api]
trait Shop {
    #[get("/order")]
    async fn order(&self) -> Result<Value, ShopError>;

    #[get("/slow")]
    async fn slow(&self) -> Result<Value, ShopError>;
}

async fn failure(answer: impl Into<Answer>) -> ShopError {
    let (stage, answer) = (Stage::new(), answer.into());
    stage.respond(move |_| answer.clone());
    client(&stage).order().await.unwrap_err()
}

fn client(stage: &Stage) -> ShopClient {
    ShopClient::builder("https://shop.test").transport(stage.service()).build().unwrap()
}

#[tokio::test]
async fn a_status_chooses_its_variant() {
    for status in [404, 410] {
        assert!(matches!(failure(status).await, ShopError::NotFound), "{status}");
    }
}

#[tokio::test]
async fn a_variant_without_a_body_takes_any_body() {
    assert!(matches!(failure(Answer::json(404, json!({"title": "gone"}))).await, ShopError::NotFound));
}

#[tokio::test]
async fn a_body_fills_its_variant() {
    let ShopError::Conflict { body } = failure((409, json!({"version": 3}))).await else { panic!() };
    assert_eq!(body, Conflict { version: 3 });
}

#[tokio::test]
async fn two_kinds_of_body_with_one_status_are_distinguished() {
    let ShopError::Refused(body) = failure((422, json!({"limit": 5}))).await else { panic!() };
    assert_eq!(body, Refused::Limit { limit: 5 });
    let ShopError::Refused(body) = failure((422, json!({"version": 3}))).await else { panic!() };
    assert_eq!(body, Refused::Version { version: 3 });
}

#[tokio::test]
async fn an_exact_status_takes_precedence_over_an_earlier_class() {
    assert!(matches!(failure((409, json!({"version": 3}))).await, ShopError::Conflict { .. }));
}

#[tokio::test]
async fn a_body_that_matches_no_exact_variant_is_tried_with_the_class() {
    let ShopError::Problem(problem) = failure((409, json!({"title": "stale"}))).await else { panic!() };
    assert_eq!(problem.title.as_deref(), Some("stale"));
}

#[tokio::test]
async fn a_class_matches_every_status_of_its_hundred() {
    for status in [400, 451, 499] {
        assert!(matches!(failure((status, json!({}))).await, ShopError::Problem(_)), "{status}");
    }
    for status in [500, 599] {
        assert!(matches!(failure(Answer::text(status, "down")).await, ShopError::Text(_)), "{status}");
    }
}

#[tokio::test]
async fn a_problem_is_any_json_object_with_any_content_type() {
    let body = json!({"type": "urn:late", "detail": "too late", "hours": 2}).to_string();
    let answer = Answer::new(451).header("content-type", "application/problem+json").body(body);
    let ShopError::Problem(problem) = failure(answer).await else { panic!() };
    assert_eq!(
        (problem.kind.as_deref(), &problem.extensions["hours"]),
        (Some("urn:late"), &json!(2)),
        "type and hours of the problem"
    );
}

#[tokio::test]
async fn a_string_is_the_body_or_the_json_string_in_it() {
    let ShopError::Text(text) = failure(Answer::html(502, "<h1>down</h1>")).await else { panic!() };
    assert_eq!(text, "<h1>down</h1>");
    let ShopError::Text(text) = failure((418, "teapot")).await else { panic!() };
    assert_eq!(text, "teapot");
}

#[tokio::test]
async fn an_answer_without_a_variant_is_other_with_the_whole_answer() {
    let ShopError::Other(error) = failure(Answer::html(400, "<h1>bad</h1>")).await else { panic!() };
    assert_eq!(
        (error.status().unwrap().as_u16(), error.body()),
        (400, Some(&Bytes::from("<h1>bad</h1>"))),
        "status and body in the error"
    );
    assert_eq!(error.method(), Some("Shop::order"));
}

#[tokio::test]
async fn a_status_without_a_variant_is_other() {
    let ShopError::Other(error) = failure(304).await else { panic!() };
    assert_eq!(error.status().unwrap().as_u16(), 304);
}

#[tokio::test]
async fn a_success_that_cannot_be_decoded_is_other() {
    let ShopError::Other(error) = failure(Answer::text(200, "hello")).await else { panic!() };
    assert!(error.is_decode(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_other() {
    let stage = Stage::new();
    stage.respond(|_| Answer::hang());
    let shop = ShopClient::builder("https://shop.test")
        .transport(stage.service())
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    let ShopError::Other(error) = shop.slow().await.unwrap_err() else { panic!() };
    assert!(error.is_timeout(), "{error:?}");
}

#[derive(Debug, ApiError)]
enum AccountError {
    #[status(401, 403)]
    Refused,
    #[other]
    Other { error: afresh::Error },
}

#[api]
trait Account {
    #[get("/account")]
    async fn account(&self) -> Result<Value, AccountError>;

    #[public]
    #[get("/terms")]
    async fn terms(&self) -> Result<Value, AccountError>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("token")] token: afresh::RefreshToken) -> afresh::Result<Tokens>;
}

#[tokio::test]
async fn an_expired_session_is_other_even_after_a_refusal() {
    let stage = Stage::new();
    stage.respond(|seen| {
        if seen.path() == "/refresh" {
            Answer::json(400, json!({"error": "invalid_grant"}))
        } else {
            401.into()
        }
    });
    let account = AccountClient::builder("https://shop.test")
        .transport(stage.service())
        .tokens(Tokens::new("old").with_refresh("revoked"))
        .build()
        .unwrap();
    let AccountError::Other { error } = account.account().await.unwrap_err() else { panic!() };
    assert!(error.is_session_expired() && error.status().is_some(), "{error:?}");
}

#[tokio::test]
async fn a_refusal_without_a_refresh_has_its_variant() {
    let stage = Stage::new();
    stage.respond(|_| 403);
    let account = AccountClient::builder("https://shop.test").transport(stage.service()).build().unwrap();
    assert!(matches!(account.terms().await.unwrap_err(), AccountError::Refused));
}

#[tokio::test]
async fn the_text_of_a_variant_is_the_first_paragraph_of_its_documentation() {
    assert_eq!(failure(404).await.to_string(), "no such order");
}

#[tokio::test]
async fn the_text_of_a_variant_without_documentation_is_its_statuses() {
    let secret = "s3cret";
    assert_eq!(
        failure((409, json!({"version": 3, "token": secret}))).await.to_string(),
        "the server answered 409"
    );
    assert_eq!(failure(Answer::text(500, secret)).await.to_string(), "the server answered 418 or 5xx");
    assert_eq!(failure((422, json!({"detail": secret}))).await.to_string(), "the server answered 4xx");
}

#[tokio::test]
async fn the_text_and_source_of_other_are_those_of_its_error() {
    let ShopError::Other(inner) = failure(Answer::reset()).await else { panic!() };
    let cause = inner.source().map(ToString::to_string);
    let outer = ShopError::Other(inner.clone());
    assert_eq!(
        (outer.to_string(), outer.source().map(ToString::to_string)),
        (inner.to_string(), cause.clone()),
        "message and source of the error"
    );
    assert!(cause.is_some());
    assert!(ShopError::NotFound.source().is_none());
}

#[tokio::test]
async fn the_question_mark_converts_an_error_into_the_enum() {
    async fn twice(stage: &Stage) -> Result<(), ShopError> {
        let client = afresh::Client::builder("https://shop.test").transport(stage.service()).build()?;
        let shop = ShopClient::new(client);
        shop.order().await?;
        Ok(())
    }
    let stage = Stage::new();
    stage.respond(|_| 410);
    assert!(matches!(twice(&stage).await, Err(ShopError::NotFound)));
}

/// A variant's body type can be a type parameter.
#[derive(Debug, ApiError)]
enum Generic<T, const N: u8>
where
    T: Clone,
{
    #[status(400)]
    Body(Option<T>),
    #[other]
    Other(afresh::Error),
}

#[api]
trait Named {
    #[get("/name")]
    async fn name(&self) -> Result<Value, Generic<Bound, 3>>;
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Bound {
    limit: u64,
}

#[tokio::test]
async fn the_type_of_a_body_may_be_a_type_parameter() {
    let stage = Stage::new();
    let named = NamedClient::builder("https://shop.test").transport(stage.service()).build().unwrap();
    stage.respond(|_| (400, json!({"limit": 1})));
    let Generic::Body(Some(body)) = named.name().await.unwrap_err() else { panic!() };
    assert_eq!(body, Bound { limit: 1 });
    stage.respond(|_| 400);
    assert!(
        matches!(named.name().await.unwrap_err(), Generic::Body(None)),
        "an `Option` accepts an empty body"
    );
}

/// An error enum for which the macro derives only `From`; all other traits are implemented by hand.
#[derive(Debug, ApiError)]
#[api_error(from_only)]
enum Quiet {
    #[status(404)]
    NotFound,
    #[other]
    Other(afresh::Error),
}

impl std::fmt::Display for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("nicht da"),
            Self::Other(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Quiet {}

#[test]
fn display_and_error_can_be_left_to_the_user() {
    assert_eq!(Quiet::NotFound.to_string(), "nicht da");
}
