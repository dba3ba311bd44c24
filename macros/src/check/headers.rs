//! Rejects a header that a method sets twice, and a header that only the runtime or the transport can set.

use crate::api::{Api, Endpoint};
use crate::diag::{Diagnostics, Located, Location};
use crate::model::{ParamKind, Rule};

/// The headers that the transport sets, each with a message that explains what to write instead.
const OF_TRANSPORT: &[(&str, &str)] = &[
    (
        "content-length",
        "the transport sends the length if the length is known; for a stream, use `Body::with_length`",
    ),
    (
        "transfer-encoding",
        "the body determines this header; for a stream of a known length, use `Body::with_length`",
    ),
    ("host", "pass the server's URL to the client's `builder` function"),
    ("connection", OF_CONNECTION),
    ("keep-alive", OF_CONNECTION),
    ("proxy-connection", OF_CONNECTION),
    ("upgrade", OF_CONNECTION),
];

const OF_CONNECTION: &str = "configure connections with the `http_builder` function of the client's builder";

const OF_BODY: &[&str] = &["accept", "content-encoding", "content-type"];

struct Header<'m> {
    name: &'m str,
    at: Location,
    conditional: bool,
}

/// Reports a header that a method sets twice, including a header that another attribute sets implicitly.
pub(super) fn check_headers(api: &Api, endpoint: &Endpoint, diag: &mut Diagnostics) {
    let mut seen: Vec<Header> = Vec::new();
    for header in headers(endpoint) {
        let Header { name, at, conditional } = header;
        let repeats = |other: &Header| other.name == name && !(conditional && other.conditional);
        if let Some(help) = generated_from(endpoint, name) {
            diag.push_help(at, format_args!("duplicate header `{name}`"), help);
        } else if seen.iter().any(repeats) {
            diag.push(at, format_args!("duplicate header `{name}`"));
        } else if let Some((_, help)) = OF_TRANSPORT.iter().find(|(known, _)| *known == name) {
            diag.push_help(at, format_args!("header `{name}` must not be set: the transport sets it"), help);
        } else if is_credential(api, endpoint, name) {
            let fact = format!("header `{name}` must not be set: the runtime sends the access token in it");
            diag.push_help(at, fact, "for a method that sends its own credential, add `#[public]`");
        }
        seen.push(header);
    }
}

fn headers<'m>(endpoint: &'m Endpoint) -> impl Iterator<Item = Header<'m>> {
    let constants = endpoint.constants.iter().filter_map(|constant| {
        Some(Header { name: constant.value.header()?, at: constant.at, conditional: false })
    });
    let params = endpoint.params.iter().filter_map(|param| {
        let name = param.kind.as_ref()?.header()?;
        Some(Header { name, at: param.place?, conditional: param.source.is_conditional() })
    });
    constants.chain(params)
}

/// Returns the help text if another attribute of the method already sets `header`, and `None` otherwise.
fn generated_from(endpoint: &Endpoint, header: &str) -> Option<&'static str> {
    let has_cookies = || endpoint.params.iter().any(|param| matches!(param.kind, Some(ParamKind::Cookie(_))));
    match header {
        "content-type" if endpoint.is_multipart() => {
            Some("a multipart body sets this header itself, with the boundary between its parts")
        }
        "cookie" if has_cookies() => Some("use `#[cookie]` for each cookie"),
        _ => None,
    }
}

/// Whether the runtime sends the access token in this header.
fn is_credential(api: &Api, endpoint: &Endpoint, header: &str) -> bool {
    let carries_token = (endpoint.role().is_none() || endpoint.is_logout()) && !endpoint.is_public();
    api.has_roles && carries_token && header == token_header(api)
}

fn token_header<'a>(api: &'a Api) -> &'a str {
    api.token_header.as_ref().map_or("authorization", |header| header.value.as_str())
}

/// Reports a `token_header` argument that names a header with another meaning, or a header that the transport sets.
pub(super) fn check_token_header(api: &Api, diag: &mut Diagnostics) {
    let Some(Located { value: name, at }) = &api.token_header else { return };
    let fact = format!("header `{name}` cannot carry the access token");
    if OF_TRANSPORT.iter().any(|(known, _)| known == name) {
        let help = "the transport sets this header: use another header for the token, such as `x-auth-token`";
        diag.push_help(*at, fact, help);
    } else if name == "cookie" {
        let help = "the session keeps the server's cookies automatically; if the session consists only of cookies, return `afresh::CookieSession` from the login";
        diag.push_help(*at, fact, help);
    } else if OF_BODY.contains(&name.as_str()) {
        diag.push_help(
            *at,
            fact,
            "this header describes the body: use another header for the token, such as `x-auth-token`",
        );
    }
}

/// Reports an idempotency key if its header has another meaning, or if a constant sets that header.
pub(super) fn check_idempotency_key(api: &Api, endpoint: &Endpoint, diag: &mut Diagnostics) {
    for rule in &endpoint.rules {
        let Rule::IdempotencyKey(name) = &rule.value else { continue };
        let is_taken = OF_TRANSPORT.iter().any(|(known, _)| known == name)
            || ["content-type", "cookie", token_header(api)].contains(&name.as_str());
        if is_taken {
            let fact = format!("header `{name}` cannot carry an idempotency key");
            diag.push_help(rule.at, fact, "use a separate header, such as `#[idempotency_key]`");
        } else if endpoint.constants.iter().any(|constant| constant.value.header() == Some(name)) {
            let fact = format!("duplicate header `{name}`");
            diag.push_help(rule.at, fact, "remove the constant: every call generates its own key");
        }
    }
}
