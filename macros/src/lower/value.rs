//! Reads the kinds of values that several attributes share: paths, names, header names and statuses.

use crate::diag::{Diagnostics, Location, invalid};
use crate::model::{Literal, PathTemplate, header_name, wrong_pointer};
use crate::syntax::{Argument, Attribute, Value, ValueKind};

pub(super) fn lower_path(text: &str, at: Location, diag: &mut Diagnostics) -> Option<PathTemplate> {
    match PathTemplate::parse(text) {
        Ok(template) => Some(template),
        Err(wrong) => {
            match wrong.help() {
                Some(help) => diag.push_help(at, wrong, help),
                None => diag.push(at, wrong),
            }
            None
        }
    }
}

/// Reads a name in an attribute: a header name, or any non-empty text.
pub(super) fn lower_name(
    attribute: &Attribute,
    name: &str,
    at: Location,
    is_header: bool,
    diag: &mut Diagnostics,
) -> Option<String> {
    if is_header {
        return lower_header_name(name, at, diag);
    }
    if name.is_empty() {
        diag.push(at, format_args!("the name in the `{}` attribute must not be empty", attribute.name));
        return None;
    }
    Some(name.to_owned())
}

/// Reads a header name and converts it to lower case.
pub(super) fn lower_header_name(name: &str, at: Location, diag: &mut Diagnostics) -> Option<String> {
    let lowered = header_name(name);
    if lowered.is_none() {
        diag.push(at, invalid("header name", name));
    }
    lowered
}

pub(super) fn lower_pointer(text: &str, at: Location, diag: &mut Diagnostics) -> Option<String> {
    if let Some(help) = wrong_pointer(text) {
        diag.push_help(at, format_args!("`{}` is not a valid JSON pointer", text.escape_debug()), help);
        return None;
    }
    Some(text.to_owned())
}

/// Reads a string, an integer or a boolean. Error messages refer to the value as `what`.
pub(super) fn lower_literal(value: &Value, what: &str, diag: &mut Diagnostics) -> Option<Literal> {
    match (&value.kind, value.word().as_deref()) {
        (ValueKind::Text(text), _) => Some(Literal::Text(text.clone())),
        (ValueKind::Number(Some(number)), _) => Some(Literal::Integer(*number)),
        (ValueKind::Number(None), _) => {
            diag.push(value.at, format_args!("the integer in {what} must fit in 64 bits"));
            None
        }
        (_, Some("true")) => Some(Literal::Boolean(true)),
        (_, Some("false")) => Some(Literal::Boolean(false)),
        _ => {
            diag.push(
                value.at,
                format_args!("the value in {what} must be a string, an integer or a boolean"),
            );
            None
        }
    }
}

/// An invalid status is reported and skipped.
pub(super) fn lower_statuses(arguments: &[Argument], diag: &mut Diagnostics) -> Option<Vec<u16>> {
    let mut statuses = Vec::new();
    for argument in arguments {
        match argument {
            Argument::Single(Value { kind: ValueKind::Number(Some(status @ 100..=599)), at }) => {
                // The match pattern has already checked the range of the number.
                let Ok(status) = u16::try_from(*status) else { continue };
                if statuses.contains(&status) {
                    diag.push(*at, format_args!("duplicate status `{status}`"));
                }
                statuses.push(status);
            }
            Argument::Single(Value { kind: ValueKind::TypedNumber, at }) => {
                diag.push(*at, "status must be a number without a type suffix");
            }
            other => diag.push(other.key().at, "status must be a number from 100 to 599"),
        }
    }
    (!statuses.is_empty()).then_some(statuses)
}
