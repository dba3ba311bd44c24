//! Reads the conditions of `expired_when`, `forbidden_when` and `session_ends_when`.

use super::report::push_wrong_form;
use super::value::{lower_literal, lower_pointer};
use crate::diag::Diagnostics;
use crate::model::Condition;
use crate::syntax::{Argument, Attribute, Style, Value, ValueKind};

const FORM: &str = "json(\"/error\") == \"token_expired\"";

/// The parts of a response that a condition can read.
const SOURCES: &[&str] = &["json"];

/// Reads `#[expired_when(json("/error") == "token_expired")]` on a method.
pub(super) fn lower_condition_list(attribute: &Attribute, diag: &mut Diagnostics) -> Option<Vec<Condition>> {
    let name = &attribute.name;
    if attribute.style == Style::Equals {
        push_wrong_form(attribute, &format!("`#[{name}({FORM})]`"), diag);
    } else if attribute.arguments.is_empty() {
        let fact = format!("the `{name}` attribute has no condition");
        diag.push_help(attribute.whole, fact, format_args!("write `#[{name}({FORM})]`"));
    }
    lower_conditions(&attribute.arguments, diag)
}

pub(super) fn lower_condition_argument(
    name: &str,
    key: &Value,
    inside: &[Argument],
    diag: &mut Diagnostics,
) -> Option<Vec<Condition>> {
    if inside.is_empty() {
        let fact = format!("argument `{name}` has no condition");
        diag.push_help(key.at, fact, format_args!("write `{name}({FORM})`"));
    }
    lower_conditions(inside, diag)
}

/// An invalid condition is reported and skipped.
fn lower_conditions(arguments: &[Argument], diag: &mut Diagnostics) -> Option<Vec<Condition>> {
    let mut conditions = Vec::new();
    for argument in arguments {
        let Some(condition) = lower_condition(argument, diag) else { continue };
        if conditions.contains(&condition) {
            diag.push(argument.key().at, "duplicate condition");
        }
        conditions.push(condition);
    }
    (!conditions.is_empty()).then_some(conditions)
}

fn lower_condition(argument: &Argument, diag: &mut Diagnostics) -> Option<Condition> {
    let form = format!("a condition must be written `{FORM}`");
    let Argument::Equation(source, value) = argument else {
        diag.push(argument.key().at, form);
        return None;
    };
    let key = source.key();
    if let Some(word) = key.word().filter(|word| !SOURCES.contains(&word.as_str())) {
        diag.push_unknown(key.at, "condition", &word, SOURCES);
        return None;
    }
    let Argument::List(_, inside) = &**source else {
        diag.push(key.at, form);
        return None;
    };
    let [Argument::Single(Value { kind: ValueKind::Text(pointer), at })] = inside.as_slice() else {
        diag.push(key.at, form);
        return None;
    };
    let pointer = lower_pointer(pointer, *at, diag)?;
    Some(Condition { pointer, value: lower_literal(value, "a condition", diag)? })
}
