//! Reads the attribute that sets the HTTP method and the path.

use super::report::push_wrong_form;
use crate::diag::{Diagnostics, Located, invalid};
use crate::model::is_token;
use crate::syntax::tables::Verb;
use crate::syntax::{Argument, Attribute, Style, Value, ValueKind};

/// The HTTP methods defined in RFC 9110 §9.3 and RFC 5789.
const REGISTERED: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/// The HTTP method and the path of an endpoint. An HTTP method or path that is missing or invalid is `None`.
#[derive(Default)]
pub(super) struct Request {
    pub(super) verb: Option<Located<String>>,
    /// The path as written in the attribute, without the API's path prefix.
    pub(super) path: Option<Located<String>>,
}

pub(super) fn lower_request(attribute: &Attribute, verb: Verb, diag: &mut Diagnostics) -> Request {
    let name = &attribute.name;
    let arguments = attribute.arguments.as_slice();
    let form = match verb {
        Verb::Known(_) => format!("`#[{name}(\"/...\")]`"),
        Verb::Written => format!("`#[{name}(\"PROPFIND\", \"/...\")]`"),
    };
    if attribute.style == Style::Equals {
        push_wrong_form(attribute, &form, diag);
        return Request::default();
    }
    let (verb, rest) = match (verb, arguments.split_first()) {
        (Verb::Known(verb), _) => (Some(Located { value: verb.to_owned(), at: attribute.at }), arguments),
        (Verb::Written, Some((first, rest))) if !is_path(first) => (lower_verb(first, diag), rest),
        (Verb::Written, _) => {
            let fact = format!("the `{name}` attribute has no HTTP method");
            diag.push_help(attribute.whole, fact, format_args!("write {form}"));
            return Request::default();
        }
    };
    let Some((path, extra)) = rest.split_first() else {
        let fact = format!("the `{name}` attribute has no path");
        diag.push_help(attribute.whole, fact, format_args!("write {form}"));
        return Request { verb, path: None };
    };
    if let Some(extra) = extra.first() {
        diag.push(extra.key().at, format_args!("the `{name}` attribute must have only one path"));
    }
    Request { verb, path: lower_literal(path, &format!("the path in the `{name}` attribute"), diag) }
}

fn lower_verb(argument: &Argument, diag: &mut Diagnostics) -> Option<Located<String>> {
    let verb = lower_literal(argument, "the HTTP method in the `request` attribute", diag)?;
    let upper = verb.value.to_ascii_uppercase();
    if upper != verb.value && REGISTERED.contains(&upper.as_str()) {
        let fact = format!("`{}` is not an HTTP method: methods are case-sensitive", verb.value);
        diag.push_help(verb.at, fact, format_args!("write `{upper}`"));
        return None;
    }
    if is_token(&verb.value) {
        return Some(verb);
    }
    diag.push(verb.at, invalid("HTTP method", &verb.value));
    None
}

/// An argument that is not a string literal is reported as an error.
fn lower_literal(argument: &Argument, what: &str, diag: &mut Diagnostics) -> Option<Located<String>> {
    if let Argument::Single(Value { kind: ValueKind::Text(text), at }) = argument {
        return Some(Located { value: text.clone(), at: *at });
    }
    diag.push(argument.key().at, format_args!("{what} must be a string literal"));
    None
}

fn is_path(argument: &Argument) -> bool {
    argument.key().text().is_some_and(|text| text.starts_with('/'))
}
