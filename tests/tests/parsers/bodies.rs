//! Tests complete bodies of any type and charset, and the errors for invalid bodies.

use std::error::Error as _;

use afresh::{Error, Tokens};
use afresh_tests::{Answer, World};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::api::{Api, ApiClient, CANARY, client, config, run};

/// Digits that are part of every secret number, and that the tests search for in error messages.
const NUMBER: u32 = 47_114_711;

fn served(answer: Answer) -> ApiClient {
    let world = World::new();
    world.stage.respond(move |_| answer.clone());
    client(&world, Tokens::new("access"))
}

fn texts_of(error: &Error) -> String {
    let mut texts = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        texts += &format!(" {error} {error:?}");
        cause = error.source();
    }
    texts
}

/// Generates JSON that has the declared types' field names, and in which every string and number is a secret.
fn secrets() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(format!("{CANARY} text"))),
        Just(json!(NUMBER)),
        Just(json!(f64::from(NUMBER) + 0.5)),
        Just(json!(-i64::from(NUMBER))),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let name = select(&["items", "owner", "total", "name", "count", "kind", "toy", "age"][..]);
        let members = prop::collection::vec((name, inner.clone()), 0..6);
        prop_oneof![
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
            3 => members.prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
            }),
        ]
    })
}

fn media_type() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "text/plain",
        "application/json",
        "text/html",
        "application/problem+json",
        ";",
        " ; ",
        "charset",
        "=",
        "\"",
        "utf-8",
        "UTF-8",
        "iso-8859-1",
        "utf-16le",
        "utf-7",
        "x-user-defined",
        "latin1",
        "shift_jis",
        "ü",
        "/",
        "*",
        ",",
        "boundary=x",
        "\\",
    ];
    prop::collection::vec(select(PIECES), 0..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(config())]

    /// U3: if a body cannot be decoded, the error contains the position of the failure but no values from the body.
    #[test]
    fn no_decode_error_holds_a_value_of_the_body(value in secrets(), cut in prop::option::weighted(0.3, any::<prop::sample::Index>())) {
        let mut body = value.to_string();
        if let Some(cut) = cut {
            body.truncate(cut.index(body.len() + 1));
        }
        let api = served(Answer::new(200).header("content-type", "application/json").body(body.clone()));
        if let Err(error) = run(api.basket()) {
            prop_assert!(error.is_decode(), "{error:?}");
            let texts = texts_of(&error);
            prop_assert!(!texts.contains(CANARY) && !texts.contains(&NUMBER.to_string()), "{texts}");
            prop_assert_eq!(error.body().map(|body| body.to_vec()), Some(body.into_bytes()));
        }
    }

    /// Text with any charset label is decoded, or the call returns an error that does not contain any of the text. Text
    /// without a charset label is decoded as UTF-8.
    #[test]
    fn no_label_makes_a_text_anything_but_a_text_or_an_error(
        kind in prop::option::of(media_type()),
        body in prop_oneof![
            "[ -~äß€]{0,20}".prop_map(|text| format!("{CANARY}{text}").into_bytes()),
            prop::collection::vec(any::<u8>(), 0..20),
        ],
    ) {
        let mut answer = Answer::new(200).body(body.clone());
        if let Some(kind) = &kind {
            answer = answer.header("content-type", kind);
        }
        match run(served(answer).text()) {
            Ok(text) if kind.as_ref().is_none_or(|kind| !kind.contains("charset")) => {
                let whole = String::from_utf8(body).unwrap();
                prop_assert_eq!(text, whole.strip_prefix('\u{feff}').unwrap_or(&whole));
            }
            Ok(_) => {}
            Err(error) => {
                prop_assert!(error.is_decode(), "{error:?}");
                prop_assert!(!texts_of(&error).contains(CANARY), "{error:?}");
                let labelled = kind.is_some_and(|kind| kind.contains("charset"));
                prop_assert!(labelled || std::str::from_utf8(&body).is_err(), "{error:?}");
            }
        }
    }
}
