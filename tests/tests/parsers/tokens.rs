//! Tests generated responses from a token endpoint: valid, almost valid, and arbitrary responses.

use std::time::Duration;

use afresh::{Error, SessionState, Tokens};
use afresh_tests::{Answer, Handling, Role, World};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::api::{Api, CANARY, client, config, run};

const YEAR: Duration = Duration::from_hours(365 * 24);

/// Generates the value of a field, usually a value of the wrong type.
fn value() -> impl Strategy<Value = String> {
    let text = select(&["", "new", "a b", "ü", "a\\nb", "a\\u0000", " "][..]);
    prop_oneof![
        6 => text.prop_map(|text| format!("\"{}\"", if text.is_empty() { String::new() } else { format!("{CANARY}{text}") })),
        2 => select(&["null", "true", "0", "-1", "3600", "3600.0", "1e400", "[]", "{}", "[\"x\"]", "\"3600\"", "\"3600abc\""][..])
            .prop_map(str::to_owned),
    ]
}

fn key() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "access_token",
            "accessToken",
            "access_token",
            "access_token",
            "refresh_token",
            "refreshToken",
            "expires_in",
            "expiresIn",
            "token_type",
            "scope",
            "id_token",
            "error",
            "code",
            "Access_Token",
            "",
        ][..],
    )
}

#[derive(Clone, Debug)]
enum Damage {
    Remove(Index),
    Insert(Index, u8),
    Cut(Index),
    Before(&'static [u8]),
}

fn damage() -> impl Strategy<Value = Damage> {
    const MARKS: &[&[u8]] = &[b"\xef\xbb\xbf", b")]}'\n", b"<html>", b"[", b" \n\t"];
    prop_oneof![
        any::<Index>().prop_map(Damage::Remove),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        any::<Index>().prop_map(Damage::Cut),
        select(MARKS).prop_map(Damage::Before),
    ]
}

fn damaged(mut body: Vec<u8>, damages: Vec<Damage>) -> Vec<u8> {
    for damage in damages {
        match damage {
            Damage::Remove(at) if !body.is_empty() => drop(body.remove(at.index(body.len()))),
            Damage::Insert(at, byte) => body.insert(at.index(body.len() + 1), byte),
            Damage::Cut(at) if !body.is_empty() => body.truncate(at.index(body.len())),
            Damage::Before(mark) => drop(body.splice(..0, mark.iter().copied())),
            Damage::Remove(_) | Damage::Cut(_) => {}
        }
    }
    body
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let members = prop::collection::vec((key(), value()), 0..6);
    let object = members.prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    });
    let object = object.boxed();
    let hurt =
        (object.clone(), prop::collection::vec(damage(), 1..4)).prop_map(|(body, hurt)| damaged(body, hurt));
    prop_oneof![5 => object, 4 => hurt, 1 => prop::collection::vec(any::<u8>(), 0..40)]
}

fn texts_of(error: &Error) -> String {
    let mut texts = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        texts += &format!("{error} {error:?}");
        cause = error.source();
    }
    texts
}

/// Returns whether `text` can be the value of a field in the response. If two fields have the same name, [`Value`]
/// keeps only the last field, so the function also returns `true` if any field is empty or is not a string. [`Value`]
/// rejects numbers that are too large, even though such numbers do no harm in an unused field. If [`Value`] cannot
/// parse the response, the function returns `true` for any `text` that is not empty.
fn says(said: &Value, text: &str) -> bool {
    if said.is_null() {
        return !text.is_empty();
    }
    let members = said.as_object().into_iter().flatten();
    members.into_iter().any(|(_, value)| value == text || value == "" || !value.is_string())
}

proptest! {
    #![proptest_config(config())]

    /// D6, D11, D12, U4: whatever the refresh endpoint returns, the stored token is either the old token or a token
    /// from the response. Error messages do not contain any part of the response.
    #[test]
    fn no_answer_of_the_refresh_endpoint_stores_anything_but_a_token(body in body(), status in select(&[200, 200, 200, 201, 400, 500][..])) {
        let world = World::new();
        world.stage.respond(|seen| if seen.token() == Some("old") { (401, Value::Null) } else { (200, Value::Null) });
        world.authority.always(Role::Refresh, Handling::instead(Answer::new(status).body(body.clone())));
        let api = client(&world, Tokens::new("old").with_refresh("old-refresh"));

        let result = run(api.value());

        let said = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
        let said: Value = serde_json::from_slice(said).unwrap_or_default();
        let (session, tokens) = (api.session(), api.session().tokens());
        match (&result, tokens) {
            (Ok(_), Some(tokens)) => {
                let access = tokens.access_token().unwrap().secret();
                prop_assert!(!access.is_empty() && access != "old" && status < 300);
                prop_assert!(says(&said, access), "{access}");
                let refresh = tokens.refresh_token().unwrap().secret();
                prop_assert!(refresh == "old-refresh" || says(&said, refresh), "{refresh}");
                prop_assert!(tokens.expires_in().is_none_or(|lifetime| !lifetime.is_zero() && lifetime <= YEAR));
            }
            (Err(error), Some(tokens)) => {
                prop_assert!(error.is_refresh(), "{error:?}");
                prop_assert_eq!(tokens.access_token().unwrap().secret(), "old");
                prop_assert_eq!(tokens.refresh_token().unwrap().secret(), "old-refresh");
                prop_assert_eq!(session.state(), SessionState::LoggedIn);
            }
            (result, None) => prop_assert!(
                said.get("error").or(said.get("code")).is_some(),
                "the session ended without an error: {result:?}"
            ),
        }
        if let Err(error) = &result {
            prop_assert!(!texts_of(error).contains(CANARY), "{error:?}");
            prop_assert_eq!(error.rejection().unwrap().status(), 401);
        }
    }

    /// H4, H5, H6, H7: whatever the lifetime is, the client reads the tokens, and the lifetime is either ignored or
    /// limited to one year.
    #[test]
    fn no_lifetime_is_an_error_and_each_is_unknown_or_within_a_year(
        text in prop_oneof![
            any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(|number| number.to_string()),
            any::<i128>().prop_map(|number| number.to_string()),
            "\"[ +-]?[0-9.eE_x]{0,12}[a-z%]{0,2}\"",
            value(),
        ]
    ) {
        let read = serde_json::from_str::<Tokens>(&format!(r#"{{"access_token":"a","expires_in":{text}}}"#));
        if serde_json::from_str::<Value>(&text).is_err() {
            return Ok(());
        }
        let lifetime = read.unwrap().expires_in();
        prop_assert!(lifetime.is_none_or(|lifetime| !lifetime.is_zero() && lifetime <= YEAR), "{lifetime:?}");
        if let Ok(seconds) = text.trim_matches('"').trim().parse::<u32>() {
            let expected = Some(Duration::from_secs(seconds.into())).filter(|known| !known.is_zero());
            prop_assert_eq!(lifetime, expected.map(|known| known.min(YEAR)));
        }
    }
}
