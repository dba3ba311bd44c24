//! Reads the method attributes that do not describe the request: the role, the deadline and the way in which the
//! response is read.

use super::condition::lower_condition_list;
use super::paging::lower_paging;
use super::report::{push_arguments, push_wrong_form};
use super::value::{lower_header_name, lower_statuses};
use crate::diag::{Diagnostics, invalid};
use crate::model::{Rule, parse_millis};
use crate::syntax::tables::RuleAttribute;
use crate::syntax::{Argument, Attribute, Style, Value, ValueKind};

/// Reads a rule attribute, such as `#[login]`, `#[public]` or `#[refresh_on(403)]`.
pub(super) fn lower_rule(attribute: &Attribute, kind: RuleAttribute, diag: &mut Diagnostics) -> Option<Rule> {
    match kind {
        RuleAttribute::RefreshOn => lower_status_list(attribute, 403, diag).map(Rule::RefreshOn),
        RuleAttribute::NoneOn => lower_status_list(attribute, 404, diag).map(Rule::NoneOn),
        RuleAttribute::ExpiredWhen => lower_condition_list(attribute, diag).map(Rule::ExpiredWhen),
        RuleAttribute::ForbiddenWhen => lower_condition_list(attribute, diag).map(Rule::ForbiddenWhen),
        RuleAttribute::Timeout => lower_timeout(attribute, diag).map(Rule::Timeout),
        RuleAttribute::Idempotent => without_arguments(attribute, Rule::Idempotent, diag),
        RuleAttribute::IdempotencyKey => lower_idempotency_key(attribute, diag).map(Rule::IdempotencyKey),
        RuleAttribute::Pages => lower_paging(attribute, diag).map(Rule::Pages),
        RuleAttribute::Role(role) => without_arguments(attribute, Rule::Role(role), diag),
        RuleAttribute::Public => without_arguments(attribute, Rule::Public, diag),
        RuleAttribute::NoReplay => without_arguments(attribute, Rule::NoReplay, diag),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "the return type must match the other arms of `lower_rule`")]
fn without_arguments(attribute: &Attribute, rule: Rule, diag: &mut Diagnostics) -> Option<Rule> {
    push_arguments(attribute, diag);
    Some(rule)
}

fn lower_status_list(attribute: &Attribute, example: u16, diag: &mut Diagnostics) -> Option<Vec<u16>> {
    let name = &attribute.name;
    if attribute.style == Style::Equals {
        push_wrong_form(attribute, &format!("`#[{name}({example})]`"), diag);
    } else if attribute.arguments.is_empty() {
        let fact = format!("the `{name}` attribute has no status");
        diag.push_help(attribute.whole, fact, format_args!("write `#[{name}({example})]`"));
    }
    lower_statuses(&attribute.arguments, diag)
}

/// Reads `#[idempotency_key]` or `#[idempotency_key("x-request-id")]`.
fn lower_idempotency_key(attribute: &Attribute, diag: &mut Diagnostics) -> Option<String> {
    match (attribute.style, attribute.arguments.as_slice()) {
        (Style::Bare, _) => Some("idempotency-key".to_owned()),
        (Style::List, [Argument::Single(Value { kind: ValueKind::Text(name), at })]) => {
            lower_header_name(name, *at, diag)
        }
        _ => {
            let form = "`#[idempotency_key]` or `#[idempotency_key(\"x-request-id\")]`";
            push_wrong_form(attribute, form, diag);
            None
        }
    }
}

/// Reads `#[timeout("1m 30s")]`.
fn lower_timeout(attribute: &Attribute, diag: &mut Diagnostics) -> Option<u64> {
    const FORM: &str = "`#[timeout(\"5s\")]`";
    if attribute.style == Style::Equals {
        push_wrong_form(attribute, FORM, diag);
        return None;
    }
    let Some((first, extra)) = attribute.arguments.split_first() else {
        diag.push_help(
            attribute.whole,
            "the `timeout` attribute has no duration",
            format_args!("write {FORM}"),
        );
        return None;
    };
    if let Some(extra) = extra.first() {
        diag.push(extra.key().at, "the `timeout` attribute must have only one duration");
    }
    let Argument::Single(Value { kind: ValueKind::Text(text), at }) = first else {
        let fact = "the duration in the `timeout` attribute must be a string literal";
        diag.push_help(first.key().at, fact, format_args!("write {FORM}"));
        return None;
    };
    let Some(millis) = parse_millis(text) else {
        let help = "use whole numbers with the units `m`, `s` and `ms`, such as `1m 30s` or `500ms`";
        diag.push_help(*at, invalid("duration", text), help);
        return None;
    };
    if millis == 0 {
        diag.push(*at, "the duration in the `timeout` attribute must not be zero");
        return None;
    }
    Some(millis)
}
