//! Makes calls with every kind of parameter and response, using either afresh or handwritten code.

mod by_hand;
mod generated;

use crate::caller::Work;

/// The kinds of calls, each with a name and a description of the sent or received value.
pub const ALL: &[(&str, &str)] = &[
    ("path", "`{id}`, a number"),
    ("path-text", "`{shelf}/{id}`, strings that need encoding"),
    ("path-rest", "`{rest*}`, three segments"),
    ("query", "two scalars"),
    ("query-option", "two parameters, one of which is `None`"),
    ("query-sequence", "three values with the same name"),
    ("query-struct", "a struct with four fields"),
    ("header", "two headers"),
    ("cookie", "two cookies"),
    ("json", "a struct as JSON"),
    ("json-members", "three members"),
    ("form", "a struct as a form"),
    ("form-members", "three members"),
    ("multipart", "two text parts and one binary part"),
    ("bytes", "a `Bytes` body of 1 KB"),
    ("string", "a `String` body of 1 KB"),
    ("answer-nothing", "`()` for a 204 response"),
    ("answer-text", "`String`"),
    ("answer-bytes", "`Bytes`"),
    ("answer-option", "`Option<Item>`"),
    ("answer-whole", "body, status, and headers"),
];

#[derive(Clone, serde::Serialize)]
pub struct Order {
    pub customer: String,
    pub number: u64,
    pub express: bool,
    pub note: Option<String>,
}

pub fn order() -> Order {
    Order {
        customer: "Zoë & Co".to_owned(),
        number: 1234,
        express: true,
        note: Some("ring twice".to_owned()),
    }
}

/// Makes calls of one kind, for example `afresh/query` or `hand/query`.
pub async fn run(kind: &str, base: &str, work: Work) {
    match kind.split_once('/') {
        Some(("afresh", kind)) => generated::run(kind, base, work).await,
        Some(("hand", kind)) => by_hand::run(kind, base, work).await,
        _ => panic!("no such kind: {kind}"),
    }
}
