//! Classifies media types by how the client encodes and decodes bodies.

use serde_json::Value;

use crate::document::Document;
use crate::schema::{is_binary, types};

/// A group of media types that the client handles in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Json,
    Form,
    Multipart,
    /// One JSON value per line.
    Lines,
    /// Server-sent events.
    Events,
    Text,
    Bytes,
}

#[derive(Clone, Debug)]
pub(crate) struct Media<'d> {
    /// The name of the media type, as written in the document.
    pub(crate) name: &'d str,
    pub(crate) kind: Kind,
    pub(crate) value: &'d Value,
}

const FORM: &str = "application/x-www-form-urlencoded";
const LINES: &[&str] =
    &["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];
const TEXTS: &[&str] = &["text", "xml", "yaml", "x-yaml", "javascript", "graphql", "sql", "toml", "jwt"];

impl Media<'_> {
    /// Returns the media type without its parameters.
    pub(crate) fn essence(&self) -> String {
        essence(self.name)
    }

    /// Returns whether this media type is a range such as `image/*`.
    pub(crate) fn is_range(&self) -> bool {
        self.name.contains('*')
    }
}

/// Returns the media types listed under `content`, sorted by kind.
pub(crate) fn list<'d>(document: &'d Document, content: &'d Value) -> Vec<Media<'d>> {
    let all = content.as_object().into_iter().flatten();
    let mut list: Vec<Media> = all
        .map(|(name, value)| Media { name: name.trim(), kind: kind(document, name, value), value })
        .filter(|media| !media.name.is_empty())
        .collect();
    list.sort_by_key(|media| media.kind);
    list
}

fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn kind(document: &Document, name: &str, value: &Value) -> Kind {
    let essence = essence(name);
    let (class, name) = essence.split_once('/').unwrap_or((&essence, ""));
    let (_, suffix) = name.rsplit_once('+').unwrap_or(("", name));
    match (class, suffix) {
        ("application" | "text" | _, "json") => Kind::Json,
        _ if essence == FORM => Kind::Form,
        _ if essence == "multipart/form-data" => Kind::Multipart,
        _ if LINES.contains(&&*essence) => Kind::Lines,
        ("text", "event-stream") => Kind::Events,
        ("text", _) => Kind::Text,
        (_, "xml" | "yaml") => Kind::Text,
        ("application", name) if TEXTS.contains(&name) => Kind::Text,
        ("*" | "application", "*") => {
            let schema = document.resolve(&value["schema"]);
            match types(schema).as_slice() {
                _ if is_binary(schema) => Kind::Bytes,
                ["string"] => Kind::Text,
                [] if schema.as_object().is_none_or(serde_json::Map::is_empty) => Kind::Bytes,
                _ => Kind::Json,
            }
        }
        _ => Kind::Bytes,
    }
}
