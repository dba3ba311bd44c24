//! Tests `#[derive(AsTokens)]`: which fields of a response contain the tokens.

use std::sync::Arc;
use std::time::Duration;

use afresh::session::TokenText;
use afresh::{AccessToken, AsTokens, RefreshToken, Result, Tokens, api};
use afresh_tests::{Answer, Stage};
use serde::Deserialize;
use serde_json::{Value, json};

fn tokens<T: AsTokens + for<'de> Deserialize<'de>>(answer: Value) -> Tokens {
    serde_json::from_value::<T>(answer).unwrap().as_tokens()
}

#[derive(Deserialize, AsTokens)]
struct Whole {
    #[tokens(access)]
    jwt: String,
    #[tokens(refresh)]
    renewal: Option<String>,
    #[tokens(expires_in)]
    ttl: Option<u64>,
    #[tokens(token_type)]
    kind: Option<String>,
    #[tokens(scope)]
    may: Option<String>,
}

#[test]
fn every_part_is_found_in_its_field() {
    let answer = json!({"jwt": "a", "renewal": "r", "ttl": 60, "kind": "DPoP", "may": "read"});
    let expected = Tokens::new("a")
        .with_refresh("r")
        .with_lifetime(Duration::from_secs(60))
        .with_token_type("DPoP")
        .with_scope("read");
    assert_eq!(tokens::<Whole>(answer), expected);
}

#[test]
fn an_absent_or_empty_field_is_a_missing_value() {
    assert_eq!(tokens::<Whole>(json!({"jwt": "a"})), Tokens::new("a"));
    let empty = json!({"jwt": "a", "renewal": "", "ttl": 0, "kind": "", "may": ""});
    assert_eq!(tokens::<Whole>(empty), Tokens::new("a"));
}

#[derive(Deserialize, AsTokens)]
struct Typed(
    #[tokens(access)] AccessToken,
    #[tokens(refresh)] Option<RefreshToken>,
    #[tokens(expires_in)] Duration,
);

#[derive(AsTokens)]
struct Borrowed<'a> {
    #[tokens(access)]
    access: &'a str,
    #[tokens(refresh)]
    refresh: Option<std::borrow::Cow<'a, str>>,
    #[tokens(expires_in)]
    expires_in: f64,
    #[tokens(scope)]
    scope: Arc<str>,
}

#[test]
fn fields_may_be_tokens_durations_and_borrowed_strings() {
    let minute = Duration::from_secs(60);
    let expected = Tokens::new("a").with_refresh("r").with_lifetime(minute);
    assert_eq!(Typed("a".into(), Some("r".into()), minute).as_tokens(), expected);
    let borrowed = Borrowed { access: "a", refresh: Some("r".into()), expires_in: 60.0, scope: "s".into() };
    assert_eq!(borrowed.as_tokens(), expected.with_scope("s"));
}

#[derive(Deserialize, AsTokens)]
struct Worded {
    #[tokens(access)]
    access: Jwt,
    #[tokens(expires_in)]
    expires_in: String,
}

/// A custom string type.
#[derive(Deserialize)]
struct Jwt(String);

impl TokenText for Jwt {
    fn token_text(&self) -> Option<&str> {
        self.0.split_whitespace().last()
    }
}

#[test]
fn a_users_type_may_be_a_token_and_seconds_may_be_a_string() {
    let found = tokens::<Worded>(json!({"access": "Bearer a", "expires_in": "60"}));
    assert_eq!(found, Tokens::new("a").with_lifetime(Duration::from_secs(60)));
    assert_eq!(tokens::<Worded>(json!({"access": "a", "expires_in": "soon"})), Tokens::new("a"));
}

#[derive(Deserialize, AsTokens)]
#[tokens(access = "data.access_token", refresh = "data.type")]
struct Wrapped {
    data: Data,
    #[tokens(expires_in = "limits.0", scope = "limits.1")]
    limits: (u64, String),
}

#[derive(Deserialize)]
struct Data {
    access_token: String,
    r#type: Option<String>,
}

#[test]
fn a_path_names_nested_fields() {
    let answer = json!({"data": {"access_token": "a", "type": "r"}, "limits": [60, "s"]});
    let expected = Tokens::new("a").with_refresh("r").with_lifetime(Duration::from_secs(60)).with_scope("s");
    assert_eq!(tokens::<Wrapped>(answer), expected);
}

#[derive(Deserialize, AsTokens)]
struct Envelope<T> {
    #[tokens(scope)]
    scope: Option<String>,
    #[tokens(nested)]
    data: T,
}

#[test]
fn a_field_takes_precedence_over_one_in_a_nested_struct() {
    let inner = json!({"jwt": "a", "may": "read"});
    let found = tokens::<Envelope<Whole>>(json!({"scope": "write", "data": inner}));
    assert_eq!(found, Tokens::new("a").with_scope("write"));
    let found = tokens::<Envelope<Envelope<Whole>>>(json!({"data": {"data": inner}}));
    assert_eq!(found, Tokens::new("a").with_scope("read"));
}

#[derive(Deserialize, AsTokens)]
struct Generic<T, E>
where
    T: Clone,
{
    #[tokens(access)]
    access: Option<T>,
    #[tokens(expires_in)]
    expires_in: E,
}

#[test]
fn the_types_of_fields_may_be_type_parameters() {
    let found = tokens::<Generic<String, i32>>(json!({"access": "a", "expires_in": -1}));
    assert_eq!(found, Tokens::new("a"), "a negative lifetime is ignored");
}

#[derive(Debug, Deserialize, AsTokens)]
struct LoggedIn {
    #[tokens(access)]
    jwt: Option<String>,
    #[tokens(refresh)]
    renewal: Option<RefreshToken>,
    user: String,
}

#[api]
trait Auth {
    #[login]
    #[post("/login")]
    async fn login(&self) -> Result<LoggedIn>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("renewal")] token: RefreshToken) -> Result<LoggedIn>;

    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

fn client(stage: &Stage) -> AuthClient {
    AuthClient::builder("https://auth.test").transport(stage.service()).build().unwrap()
}

#[tokio::test]
async fn a_login_stores_the_tokens_and_returns_the_whole_answer() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.path() {
        "/login" => Answer::json(200, json!({"jwt": "a1", "renewal": "r1", "user": "ann"})),
        "/refresh" => Answer::json(200, json!({"jwt": "a2", "user": "ann"})),
        _ if seen.header("authorization") == Some("Bearer a2") => Answer::text(200, "ann"),
        _ => Answer::new(401),
    });
    let auth = client(&stage);
    assert_eq!(auth.login().await.unwrap().user, "ann");
    assert_eq!(auth.session().tokens(), Some(Tokens::new("a1").with_refresh("r1")));
    assert_eq!(auth.me().await.unwrap(), "ann");
    assert_eq!(
        auth.session().tokens(),
        Some(Tokens::new("a2").with_refresh("r1")),
        "the refresh token is kept"
    );
}

#[tokio::test]
async fn a_login_without_tokens_in_its_answer_fails_and_starts_no_session() {
    let stage = Stage::new();
    stage.respond(|_| (200, json!({"user": "ann"})));
    let auth = client(&stage);
    assert!(auth.login().await.unwrap_err().is_decode());
    assert_eq!(auth.session().tokens(), None);
}
