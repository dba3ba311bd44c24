//! The return type of a method, from the media types of the success answers.

use serde_json::Value;

use crate::document::Document;
use crate::media::{self, Kind, Media};

/// The type of an answer, and the `accept` header that requests it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) ty: String,
    /// The value of `accept`, if it differs from that of the trait.
    pub(crate) accept: Option<String>,
    pub(crate) note: Option<String>,
}

impl Answer {
    fn of(ty: &str) -> Self {
        Self { ty: ty.to_owned(), accept: None, note: None }
    }
}

/// The `accept` header of all methods without their own.
pub(crate) const USUAL: &str = "application/json";

/// The answer of an operation.
pub(crate) fn read(document: &Document, verb: &str, operation: &Value) -> Answer {
    let all: Vec<(&str, &Value)> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, response)| (status.as_str(), document.resolve(response)))
        .collect();
    let of_class = |class: char| all.iter().filter(move |(status, _)| status.starts_with(class));
    let mut good: Vec<&Value> = of_class('2').map(|(_, response)| *response).collect();
    if verb == "head" {
        return Answer::of("afresh::Reply<()>");
    }
    if good.is_empty() && of_class('3').next().is_some() {
        // The redirect is followed, and the document does not describe its target.
        return Answer { accept: Some("*/*".to_owned()), ..Answer::of("afresh::ByteStream") };
    }
    if good.is_empty() {
        good = all.iter().filter(|(status, _)| *status == "default").map(|(_, response)| *response).collect();
    }
    let mut answer = by_content(document, &good);
    if all.iter().any(|(status, _)| *status == "101") {
        answer.note = Some("the connection that `101` hands over is not reached".to_owned());
    }
    answer
}

fn by_content(document: &Document, responses: &[&Value]) -> Answer {
    let lists: Vec<Vec<Media>> =
        responses.iter().map(|response| media::list(document, &response["content"])).collect();
    let may_be_empty = lists.iter().any(Vec::is_empty);
    let mut medias: Vec<Media> = lists.into_iter().flatten().collect();
    medias.sort_by_key(|media| media.kind);
    let Some(best) = medias.first().map(|media| media.kind) else { return Answer::of("()") };
    medias.retain(|media| media.kind == best);
    let ty = match best {
        Kind::Json if may_be_empty => "Option<serde_json::Value>",
        Kind::Json => "serde_json::Value",
        Kind::Lines => "afresh::Lines<serde_json::Value>",
        Kind::Events => "afresh::Events<String>",
        Kind::Text | Kind::Form => "String",
        Kind::Bytes | Kind::Multipart => "afresh::ByteStream",
    };
    Answer { accept: accept(&medias), ..Answer::of(ty) }
}

fn accept(medias: &[Media]) -> Option<String> {
    if medias.iter().any(|media| media.essence() == USUAL) {
        return None;
    }
    let mut names: Vec<&str> = medias.iter().map(|media| media.name).collect();
    names.dedup();
    Some(names.join(", "))
}
