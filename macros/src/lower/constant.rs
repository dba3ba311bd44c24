//! Reads the attributes for values that are the same in every call.

use super::value::{lower_literal, lower_name};
use crate::diag::{Diagnostics, Located, Location, invalid};
use crate::model::{Constant, ConstantPlace, Literal, is_header_value};
use crate::syntax::{Argument, Attribute, Style};

/// Reads `#[header("accept" = "text/plain")]` on a method or the trait.
pub(super) fn lower_constants(
    attribute: &Attribute,
    place: ConstantPlace,
    diag: &mut Diagnostics,
) -> Vec<Located<Constant>> {
    if attribute.arguments.is_empty() {
        push_constant_form(attribute, attribute.whole, diag);
    }
    if let [Argument::Single(name), Argument::Single(_)] = attribute.arguments.as_slice() {
        // The user probably wrote `,` instead of `=`.
        push_constant_form(attribute, name.at, diag);
        return Vec::new();
    }
    let is_named = |argument: &Argument| argument.key().text().is_some();
    if let Some(wrong) = attribute.arguments.iter().find(|argument| !is_named(argument)) {
        // Only one error is reported for the two pairs in `name = "accept", value = "text/plain"`.
        push_constant_form(attribute, wrong.key().at, diag);
    }
    attribute
        .arguments
        .iter()
        .filter(|argument| is_named(argument))
        .filter_map(|argument| lower_constant(attribute, argument, place, diag))
        .collect()
}

fn lower_constant(
    attribute: &Attribute,
    argument: &Argument,
    place: ConstantPlace,
    diag: &mut Diagnostics,
) -> Option<Located<Constant>> {
    let Argument::Pair(key, value) = argument else {
        push_constant_form(attribute, argument.key().at, diag);
        return None;
    };
    let name = key.text()?;
    let content = match value.text() {
        Some(text) => Literal::Text(text.to_owned()),
        None if place == ConstantPlace::Json => lower_literal(value, "a JSON constant", diag)?,
        None => {
            push_constant_form(attribute, value.at, diag);
            return None;
        }
    };
    let name = lower_name(attribute, name, key.at, place == ConstantPlace::Header, diag)?;
    if let (ConstantPlace::Header, Literal::Text(text)) = (place, &content) {
        if !is_header_value(text) {
            diag.push(value.at, invalid("header value", text));
            return None;
        }
        if let Some(name) = placeholder_in(text) {
            push_placeholder(attribute, value.at, name, diag);
            return None;
        }
    }
    Some(Located { value: Constant { place, name, value: content }, at: key.at })
}

fn push_placeholder(attribute: &Attribute, at: Location, name: &str, diag: &mut Diagnostics) {
    let fact = format!("a constant must not have the placeholder `{{{name}}}`");
    let help = format!("send a parameter instead: `#[{}(\"...\")] {name}: &str`", attribute.name);
    diag.push_help(at, fact, help);
}

fn placeholder_in(text: &str) -> Option<&str> {
    text.split('{').skip(1).find_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        let is_name = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
            && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        is_name.then_some(name)
    })
}

fn push_constant_form(attribute: &Attribute, at: Location, diag: &mut Diagnostics) {
    let name = &attribute.name;
    let fact = format!("a constant must be written `#[{name}(\"name\" = \"value\")]`");
    if attribute.style == Style::Bare {
        diag.push_help(at, fact, format_args!("to send a parameter, move `#[{name}]` to the parameter"));
    } else {
        diag.push(at, fact);
    }
}
