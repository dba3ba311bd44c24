//! Reports errors that concern a whole attribute, with the same messages for all attributes.

use crate::diag::Diagnostics;
use crate::syntax::{Attribute, Style, tables};

pub(super) fn push_wrong_form(attribute: &Attribute, form: &str, diag: &mut Diagnostics) {
    diag.push(attribute.whole, format_args!("the `{}` attribute must be written {form}", attribute.name));
}

pub(super) fn push_arguments(attribute: &Attribute, diag: &mut Diagnostics) {
    if attribute.style != Style::Bare {
        let at = attribute.arguments.first().map_or(attribute.whole, |argument| argument.key().at);
        diag.push(at, format_args!("the `{}` attribute must not have arguments", attribute.name));
    }
}

/// Reports an attribute of this macro that is inside a `cfg_attr`.
pub(super) fn push_hidden(attribute: &Attribute, name: &str, diag: &mut Diagnostics) {
    let fact = format!("the `{name}` attribute must not be inside `cfg_attr`");
    diag.push_help(attribute.whole, fact, "put `#[cfg(...)]` on the method or parameter instead");
}

pub(super) fn push_elsewhere(attribute: &Attribute, help: &str, diag: &mut Diagnostics) {
    diag.push_help(attribute.at, format_args!("unknown attribute `{}`", attribute.name), help);
}

pub(super) fn push_misplaced(attribute: &Attribute, diag: &mut Diagnostics) {
    let name = &attribute.name;
    let place = match (tables::method_attributes().contains(&name.as_str()), tables::kind(name)) {
        (true, Some(_)) => "methods and parameters",
        (true, None) => "methods",
        (false, _) => "parameters",
    };
    diag.push(attribute.at, format_args!("the `{name}` attribute applies to {place} only"));
}
