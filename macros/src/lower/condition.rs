//! Reads the conditions of `expired_when` and `forbidden_when`.

use super::report::push_wrong_form;
use crate::diag::Diagnostics;
use crate::model::{Condition, Literal, wrong_pointer};
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

/// Reads the same conditions as an argument of `#[api(...)]`.
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

/// Reads a list of conditions. An invalid one is reported and left out.
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
    if let Some(help) = wrong_pointer(pointer) {
        diag.push_help(*at, format_args!("`{}` is not a valid JSON pointer", pointer.escape_debug()), help);
        return None;
    }
    Some(Condition { pointer: pointer.clone(), value: lower_literal(value, diag)? })
}

fn lower_literal(value: &Value, diag: &mut Diagnostics) -> Option<Literal> {
    match (&value.kind, value.word().as_deref()) {
        (ValueKind::Text(text), _) => Some(Literal::Text(text.clone())),
        (ValueKind::Number(Some(number)), _) => Some(Literal::Integer(*number)),
        (ValueKind::Number(None), _) => {
            diag.push(value.at, "the integer in a condition must fit in 64 bits");
            None
        }
        (_, Some("true")) => Some(Literal::Boolean(true)),
        (_, Some("false")) => Some(Literal::Boolean(false)),
        _ => {
            diag.push(value.at, "the value in a condition must be a string, an integer or a boolean");
            None
        }
    }
}
