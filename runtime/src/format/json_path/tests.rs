//! Tests the JSON path and the excerpt that are reported for typical decoding errors.

use std::fmt;

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the fields are only deserialized")]
struct Item {
    price: f64,
    tags: Option<Vec<u8>>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "the fields are only deserialized")]
struct Basket {
    items: Vec<Item>,
}

fn place<'de, T: Deserialize<'de> + fmt::Debug>(body: &'de str) -> (String, String) {
    let error = serde_json::from_str::<T>(body).unwrap_err();
    let place = find(body.as_bytes(), error.line(), error.column(), &mut |_| true);
    (place.path, place.excerpt)
}

#[test]
fn the_path_leads_to_the_value_of_the_wrong_type() {
    let path = |body| place::<Basket>(body).0;
    assert_eq!(path(r#"{"items":[{"price":1},{"price":"secret"}]}"#), "items[1].price");
    assert_eq!(path(r#"{"items":[{"price":1, "tags":[1,2,300]}]}"#), "items[0].tags[2]");
    assert_eq!(path(r#"{"items":[{"price":1},{"tags":null}]}"#), "items[1]");
    assert_eq!(path(r#"{"items":[{"price":1,"colour":"secret"}]}"#), "items[0].colour");
    assert_eq!(path("{\n  \"items\": [\n    {\"price\": {\"amount\": 7}}\n  ]\n}"), "items[0].price");
    assert_eq!(path(r#"{"items":[{"price":1}"#), "items[0]");
    assert_eq!(path(r#"{"items":12}"#), "items");
    assert_eq!(path(r#"{"others":[]}"#), "");
    assert_eq!(path("[]"), "");
    assert_eq!(path(""), "");
}

#[test]
fn the_excerpt_shows_no_value() {
    let shape = |body| place::<Basket>(body).1;
    assert_eq!(
        shape(r#"{"items":[{"price": 4111111111111111,"tags":null},{"price":"secret"}]}"#),
        r#"{"items":[{"price":…,"tags":null},{"price":"…""#
    );
    assert_eq!(shape("secret"), "");
    assert_eq!(shape("[secret"), "[…");
    assert_eq!(shape("<p>secret"), "");
}

#[test]
fn keys_that_may_be_data_are_not_shown() {
    type Map = std::collections::HashMap<String, u8>;
    let (path, excerpt) = place::<Map>(r#"{"ann@example.com":"x"}"#);
    assert_eq!((path.as_str(), excerpt.as_str()), ("*", r#"{"*":"…""#));
    let long = format!(r#"{{"{}":"x"}}"#, "a".repeat(41));
    assert_eq!(place::<Map>(&long).0, "*");
    assert_eq!(place::<Map>(r#"{"4711":"x"}"#).0, "*");
}

#[test]
fn only_names_that_the_type_declares_are_shown() {
    let body = r#"{"items":[{"price":1},{"price":"x"}]}"#;
    let mut asked = Vec::new();
    let place = find(body.as_bytes(), 1, 34, &mut |range| {
        asked.push(&body[range.clone()]);
        range.start > 20
    });
    assert_eq!((&*place.path, &*place.excerpt), ("*[1].price", r#"{"*":[{"*":…},{"price":"…""#));
    assert_eq!(asked, ["items", "price", "price", "items", "price"]);
}

#[test]
fn the_excerpt_of_a_long_body_is_short() {
    let body =
        format!(r#"{{"items":[{}{{"price":"secret"}}]}}"#, r#"{"price":1,"tags":[1,2]},"#.repeat(1000));
    let (path, excerpt) = place::<Basket>(&body);
    assert_eq!(path, "items[1000].price");
    assert!(excerpt.starts_with('…') && excerpt.ends_with(r#"{"price":"…""#), "{excerpt}");
    assert!(excerpt.chars().count() <= MAX_EXCERPT + 1);
}

#[test]
fn the_end_of_a_value_is_found() {
    let rest = |body: &'static str| end_of_value(body.as_bytes(), 3).map(|end| &body[end..]);
    assert_eq!(rest(r#"{"a":1,"b":2}"#), Some(r#","b":2}"#));
    assert_eq!(rest(r#"{"a": "x" }"#), Some(" }"));
    assert_eq!(rest(r#"{"a":{"b":[1,{}]},"c":0}"#), Some(r#","c":0}"#));
    assert_eq!(rest(r#"{"a":[[1],"x"]}"#), Some("}"));
    assert_eq!(rest(r#"{"a":[[1],"#), None);
    assert_eq!(rest(r#"{"a""#), None);
}
