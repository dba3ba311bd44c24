//! Reads the attributes that send the same value in every call.

use super::value::lower_name;
use crate::diag::{Diagnostics, Located, Location, invalid};
use crate::model::{Constant, ConstantPlace, is_header_value};
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
    attribute
        .arguments
        .iter()
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
    let (Some(name), Some(content)) = (key.text(), value.text()) else {
        let wrong = if key.text().is_some() { value } else { key };
        push_constant_form(attribute, wrong.at, diag);
        return None;
    };
    let name = lower_name(attribute, name, key.at, place == ConstantPlace::Header, diag)?;
    if place == ConstantPlace::Header && !is_header_value(content) {
        diag.push(value.at, invalid("header value", content));
        return None;
    }
    Some(Located { value: Constant { place, name, value: content.to_owned() }, at: key.at })
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
