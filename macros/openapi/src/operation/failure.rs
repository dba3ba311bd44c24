//! Builds an `ApiError` enum for each group of operations with the same error responses.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::responses;
use super::media::{self, Kind};
use crate::model::{self, Ty, TypeDef};
use crate::schema::{Mode, Types};

/// The status codes of the redirects that the client follows. If a response has a 3xx status code that is not in
/// `REDIRECTS`, the client returns the response to the caller.
const REDIRECTS: &[&str] = &["300", "301", "302", "303", "307", "308"];

/// The parts that identify an enum variant: its name, its status codes, and the type of the response body.
type VariantKey = (String, Vec<String>, Option<Ty>);

/// The error enums created so far, keyed by their variants.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    known: BTreeMap<Vec<VariantKey>, Ty>,
}

impl Failures {
    /// Returns an operation's error enum, or `None` if the document describes no error responses for the operation.
    pub(crate) fn of(
        &mut self,
        types: &mut Types,
        operation: &Value,
        none_on: &[u16],
        hint: &str,
    ) -> Option<Ty> {
        let mut variants: Vec<(String, Vec<String>, Option<Ty>, String)> = Vec::new();
        let document = types.document;
        let is_alone = !responses(types, operation).iter().any(|(status, _)| status.starts_with('2'));
        let all = operation["responses"].as_object().into_iter().flatten();
        for (status, response) in all {
            let is_none = status.parse().is_ok_and(|status: u16| none_on.contains(&status));
            // If the operation has no 2xx response, `default` describes the successful response.
            let is_the_answer = is_alone && status == "default";
            let Some((name, statuses)) = named(status).filter(|_| !is_none && !is_the_answer) else {
                continue;
            };
            let body = body(types, document.resolve(response), &format!("{hint} {name}"));
            let docs = docs(status);
            variants.push((name, statuses, body, docs));
        }
        if variants.is_empty() {
            return None;
        }
        let key = variants
            .iter()
            .map(|(name, statuses, ty, _)| (name.clone(), statuses.clone(), ty.clone()))
            .collect();
        if let Some(known) = self.known.get(&key) {
            return Some(known.clone());
        }
        let name = types.scope.take_type(&[&format!("{hint} Error")]);
        let ty = types.add(TypeDef {
            name,
            docs: "The error responses that the document describes, one variant for each status.".to_owned(),
            deprecated: false,
            kind: model::Kind::Failure { variants },
            is_sent: false,
            is_used: false,
        });
        self.known.insert(key, ty.clone());
        Some(ty)
    }
}

fn body(types: &mut Types, response: &Value, hint: &str) -> Option<Ty> {
    let medias = media::list(types.document, &response["content"]);
    let media = medias.first()?;
    match media.kind {
        Kind::Json if media.value["schema"].is_object() => {
            Some(types.lower(&media.value["schema"], hint, Mode::Answer).into_ty())
        }
        Kind::Text => Some(Ty::String),
        _ => None,
    }
}

/// Returns the variant name for a response key such as `404` or `4XX`, and the key's status codes in `#[status]`
/// syntax.
fn named(status: &str) -> Option<(String, Vec<String>)> {
    if REDIRECTS.contains(&status) {
        return None;
    }
    let class = status.to_ascii_lowercase();
    Some(match &*class {
        "default" => ("Default".to_owned(), vec!["4xx".to_owned(), "5xx".to_owned()]),
        "4xx" => ("ClientError".to_owned(), vec![class]),
        "5xx" => ("ServerError".to_owned(), vec![class]),
        _ => {
            let number: u16 = class.parse().ok()?;
            let name = REASONS
                .iter()
                .find(|(known, _)| *known == number)
                .map(|(_, reason)| reason.replace([' ', '-', '\''], ""));
            match number {
                304 | 400..=599 => (name.unwrap_or_else(|| format!("Status{number}")), vec![class]),
                _ => return None,
            }
        }
    })
}

fn docs(status: &str) -> String {
    let reason = REASONS.iter().find(|(known, _)| status == known.to_string()).map(|(_, reason)| *reason);
    match (status, reason) {
        (_, Some(reason)) => format!("{status} {reason}"),
        ("default", None) => "any other error status".to_owned(),
        (status, None) => format!("status {status}"),
    }
}

/// The reason phrases from the IANA status code registry.
const REASONS: &[(u16, &str)] = &[
    (304, "Not Modified"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Content Too Large"),
    (414, "URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Range Not Satisfiable"),
    (417, "Expectation Failed"),
    (421, "Misdirected Request"),
    (422, "Unprocessable Content"),
    (423, "Locked"),
    (424, "Failed Dependency"),
    (425, "Too Early"),
    (426, "Upgrade Required"),
    (428, "Precondition Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (451, "Unavailable For Legal Reasons"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
    (505, "HTTP Version Not Supported"),
    (507, "Insufficient Storage"),
    (508, "Loop Detected"),
    (511, "Network Authentication Required"),
];
