//! Derives the return type of a method from the media types of the operation's success responses.

use serde_json::{Value, json};

use super::media::{self, Kind, Media};
use crate::model::{Answer, Ty};
use crate::schema::{Mode, Types};

/// The kind of value that a method returns, and the `accept` header that requests it.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) answer: Answer,
    /// The method's `accept` header, if it differs from the trait's `accept` header.
    pub(crate) accept: Option<String>,
}

/// The `accept` header that the methods of a generated trait send by default.
pub(crate) const USUAL: &str = "application/json";

pub(crate) fn responses<'d>(types: &Types<'d>, operation: &'d Value) -> Vec<(&'d str, &'d Value)> {
    let document = types.document;
    let all = operation["responses"].as_object().into_iter().flatten();
    let all = all.filter(|(status, _)| !status.starts_with("x-"));
    all.map(|(status, response)| (status.as_str(), document.resolve(response))).collect()
}

/// Determines the kind of value that an operation returns. The names of new types start with `hint`.
pub(crate) fn read(types: &mut Types, verb: &str, operation: &Value, hint: &str) -> Read {
    // The reference to the document is copied so that `types` can be borrowed mutably.
    let document = types.document;
    let all: Vec<(&str, &Value)> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, response)| (status.as_str(), document.resolve(response)))
        .collect();
    let of_class = |class: char| all.iter().filter(move |(status, _)| status.starts_with(class));
    let mut good: Vec<&Value> = of_class('2').map(|(_, response)| *response).collect();
    if all.iter().any(|(status, _)| *status == "101") {
        types.lose("the method reads only the response head of status 101, not the upgraded connection");
    }
    if verb == "head" {
        return Read { answer: Answer::Head, accept: None };
    }
    if good.is_empty() && of_class('3').next().is_some() {
        // The client follows redirects, and the document does not describe the response from the redirect target.
        return Read { answer: Answer::Stream, accept: Some("*/*".to_owned()) };
    }
    if good.is_empty() {
        good = all.iter().filter(|(status, _)| *status == "default").map(|(_, response)| *response).collect();
    }
    by_content(types, &good, hint)
}

fn by_content(types: &mut Types, responses: &[&Value], hint: &str) -> Read {
    let document = types.document;
    let lists: Vec<Vec<Media>> =
        responses.iter().map(|response| media::list(document, &response["content"])).collect();
    let may_be_empty = lists.iter().any(Vec::is_empty);
    let mut medias: Vec<Media> = lists.into_iter().flatten().collect();
    medias.sort_by_key(|media| media.kind);
    let Some(best) = medias.first().map(|media| media.kind) else {
        return Read { answer: Answer::Unit, accept: None };
    };
    let mut others: Vec<&str> = Vec::new();
    for media in medias.iter().filter(|media| media.kind != best) {
        if !others.contains(&media.name) {
            others.push(media.name);
        }
    }
    if let (Some(first), false) = (medias.first(), others.is_empty()) {
        types.lose(format!("the method does not accept `{}`, only `{}`", others.join("`, `"), first.name));
    }
    medias.retain(|media| media.kind == best);
    let accept = accept(&medias);
    let answer = match best {
        Kind::Json => {
            let ty = json(types, &medias, hint);
            Answer::Json(if may_be_empty { ty.optional() } else { ty })
        }
        Kind::Lines => Answer::Lines(element(types, &medias, hint)),
        Kind::Events => match element(types, &medias, hint) {
            Ty::Value => Answer::Events(Ty::String),
            ty => Answer::Events(ty),
        },
        Kind::Text | Kind::Form => Answer::Text,
        Kind::Bytes | Kind::Multipart => Answer::Stream,
    };
    Read { answer, accept }
}

/// If the response schemas differ between status codes, the return type is a union.
fn json(types: &mut Types, medias: &[Media], hint: &str) -> Ty {
    let mut schemas: Vec<&Value> = Vec::new();
    for media in medias {
        let schema = &media.value["schema"];
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    let hint = format!("{hint} Answer");
    match schemas.as_slice() {
        [only] => types.lower(only, &hint, Mode::Answer).into_ty(),
        several => types.lower(&json!({ "oneOf": several }), &hint, Mode::Answer).into_ty(),
    }
}

/// Returns the type of one line or event of a streamed response.
fn element(types: &mut Types, medias: &[Media], hint: &str) -> Ty {
    let Some(media) = medias.first() else { return Ty::Value };
    let schema = media.value.get("itemSchema").unwrap_or(&media.value["schema"]);
    let hint = format!("{hint} Item");
    match types.lower(schema, &hint, Mode::Answer).into_ty() {
        Ty::List(item) => *item,
        ty => ty,
    }
}

fn accept(medias: &[Media]) -> Option<String> {
    if medias.iter().any(|media| media.essence() == USUAL) {
        return None;
    }
    let mut names: Vec<&str> = medias.iter().map(|media| media.name).collect();
    names.dedup();
    Some(names.join(", "))
}
