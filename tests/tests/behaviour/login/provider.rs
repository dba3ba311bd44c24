//! A fake authorization server on a loopback socket, and functions that log in to it.

use afresh::oauth2::{App, AuthorizationRequest, Server};
use afresh::{Result, Session, Tokens};
use afresh_tests::{Answer, Listening, Seen, Stage};
use serde_json::{Value, json};

pub const CALLBACK: &str = "https://app.test/callback";
pub const CODE: &str = "SplxlOBeZQQYbYS6WxSbIA";

/// A fake authorization server whose issuer is its base URL.
pub struct Provider {
    pub stage: Stage,
    listening: Listening,
}

pub type Pairs = Vec<(String, String)>;

impl Provider {
    /// Starts a server whose token endpoint always returns the given response.
    pub async fn answering(token: impl Into<Answer>) -> Self {
        let token = token.into();
        Self::start(json!({}), move |_| token.clone()).await
    }

    /// Starts a server with the given token endpoint and the given changes to its metadata. If the new value of a
    /// metadata field is `null`, the field is removed.
    pub async fn start(metadata: Value, token: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let stage = Stage::new();
        let listening = stage.listen().await;
        let document = document(&listening.base_url, &metadata);
        stage.respond(move |seen| match seen.path() {
            "/.well-known/oauth-authorization-server" => Answer::json(200, &document),
            "/token" => token(seen),
            "/revoke" => Answer::park(),
            _ => Answer::new(404),
        });
        Self { stage, listening }
    }

    pub fn url(&self, path: &str) -> String {
        self.listening.url(path)
    }

    pub fn issuer(&self) -> &str {
        &self.listening.base_url
    }

    pub async fn server(&self) -> Server {
        Server::discover(self.issuer()).await.unwrap()
    }

    pub async fn app(&self) -> App {
        self.server().await.client("shop-app")
    }

    /// Returns all requests that the token endpoint has received.
    pub fn exchanges(&self) -> Vec<Seen> {
        self.stage.log().into_iter().filter(|seen| seen.path() == "/token").collect()
    }
}

pub fn document(base: &str, changes: &Value) -> Value {
    let mut document = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "response_types_supported": ["code"],
    });
    for (name, value) in changes.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

pub fn tokens() -> Answer {
    let tokens = json!({
        "access_token": "new-access", "refresh_token": "new-refresh", "token_type": "Bearer", "expires_in": 600, "scope": "orders",
    });
    Answer::json(200, tokens)
}

pub fn form(seen: &Seen) -> Pairs {
    form_urlencoded::parse(seen.body()).into_owned().collect()
}

pub fn query(url: &str) -> Pairs {
    url.parse::<reqwest::Url>().unwrap().query_pairs().into_owned().collect()
}

/// Returns the value of the parameter `name`, which must occur exactly once.
pub fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    let values: Vec<_> = pairs.iter().filter(|(other, _)| other == name).collect();
    assert_eq!(values.len(), 1, "{name} in {pairs:?}");
    &values[0].1
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Starts a login and returns its `state` and the authorization request, which the program keeps until the callback.
pub fn begin(app: &App) -> (String, AuthorizationRequest) {
    let (url, request) = app.redirect(CALLBACK).start().unwrap();
    (value(&query(&url), "state").to_owned(), request)
}

/// Runs a complete login whose callback has the given parameters and the correct `state`.
pub async fn log_in(app: &App, session: &Session, parameters: &[(&str, &str)]) -> Result<Tokens> {
    let (state, request) = begin(app);
    let query = encode(&[&[("state", &*state)], parameters].concat());
    app.redirect(CALLBACK).finish(request, &query, session).await
}

pub async fn log_in_with_code(app: &App, session: &Session) -> Result<Tokens> {
    log_in(app, session, &[("code", CODE)]).await
}
