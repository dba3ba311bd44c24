//! Tests the query string of a login redirect, because an attacker can choose the query string.

use afresh::Session;
use afresh::oauth2::Server;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{config, run};

/// A placeholder for the login's `state`.
const STATE: &str = "STATE";

/// Generates query strings with encoded parameters, and arbitrary strings.
fn query() -> impl Strategy<Value = String> {
    let name = select(&["state", "code", "iss", "error", "error_description", "x"][..]);
    let value = prop_oneof![
        Just(STATE.to_owned()),
        select(&["access_denied", "https://id.test", ""][..]).prop_map(str::to_owned),
        any::<String>()
    ];
    let pair = (name, value).prop_map(|(name, value)| {
        form_urlencoded::Serializer::new(String::new()).append_pair(name, &value).finish()
    });
    prop_oneof![vec(pair, 0..6).prop_map(|pairs| pairs.join("&")), any::<String>()]
}

fn values(query: &str, name: &str) -> Vec<String> {
    let pairs = form_urlencoded::parse(query.strip_prefix('?').unwrap_or(query).as_bytes());
    pairs.filter(|(other, _)| other == name).map(|(_, value)| value.into_owned()).collect()
}

proptest! {
    #![proptest_config(config())]

    /// RFC 6749 §10.12: only a redirect with the correct `state` is accepted, and error messages contain no control
    /// characters.
    #[test]
    fn no_query_without_the_state_is_an_answer(query in query()) {
        // No server listens on this port, so if a code is exchanged, the login fails because the server is unavailable.
        let server = Server::new("https://id.test/authorize", "http://127.0.0.1:1/token").issuer("https://id.test");
        let redirect = server.http(client()).client("app").redirect("https://app.test/callback");
        let (url, request) = redirect.start().unwrap();
        let state = values(url.split_once('?').unwrap().1, "state").remove(0);
        let query = query.replace(STATE, &state);
        let session = Session::new();

        let error = run(redirect.finish(request, &query, &session)).unwrap_err();

        let is_answer = values(&query, "state") == [&*state]
            && ["code", "error", "iss", "error_description"].iter().all(|name| values(&query, name).len() <= 1)
            && values(&query, "iss").iter().all(|iss| iss == "https://id.test");
        let is_denied = is_answer && values(&query, "error").len() == 1;
        let is_code = is_answer && !is_denied && values(&query, "code").iter().any(|code| !code.is_empty());
        prop_assert_eq!(
            (error.is_login_denied(), error.is_login_unavailable()),
            (is_denied, is_code),
            "`is_login_denied` and `is_login_unavailable` of the error: {}",
            error
        );
        let text = error.to_string();
        prop_assert!(!text.chars().any(char::is_control) && text.chars().count() < 1000, "{:?}", text);
        prop_assert!(!text.contains(&state) && session.tokens().is_none());
    }
}

fn client() -> reqwest::Client {
    static CLIENT: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(|| {
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
    });
    CLIENT.clone()
}
