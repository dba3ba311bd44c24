//! Reads the derives' helper attributes.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Meta;

use crate::diag::{Diagnostics, Location, similar};
use crate::names::Runtime;
use crate::syntax::{Argument, Style, ValueKind, parse_arguments};

/// A derive's helper attribute.
pub(super) struct Helper {
    pub(super) name: &'static str,
    pub(super) whole: Location,
    pub(super) style: Style,
    pub(super) inside: TokenStream,
}

impl Helper {
    pub(super) fn parse_all(
        attributes: &[syn::Attribute],
        names: &[&'static str],
        diag: &mut Diagnostics,
    ) -> Vec<Self> {
        let find = |source: &syn::Attribute| names.iter().find(|name| source.path().is_ident(name)).copied();
        let own = attributes.iter().filter_map(|source| Some((find(source)?, source)));
        own.map(|(name, source)| Self::parse(name, source, diag)).collect()
    }

    fn parse(name: &'static str, source: &syn::Attribute, diag: &mut Diagnostics) -> Self {
        let whole = diag.locate(source);
        let (style, inside) = match &source.meta {
            Meta::List(list) => (Style::List, list.tokens.clone()),
            Meta::Path(_) => (Style::Bare, TokenStream::new()),
            Meta::NameValue(_) => (Style::Equals, TokenStream::new()),
        };
        Self { name, whole, style, inside }
    }

    /// Returns the arguments. An attribute without arguments, or in the form `name = value`, is reported as an error.
    pub(super) fn arguments(&self, form: &str, diag: &mut Diagnostics) -> Vec<Argument> {
        let arguments = parse_arguments(self.inside.clone(), diag);
        if self.style == Style::Equals {
            self.push_wrong_form(form, diag);
        } else if arguments.is_empty() {
            self.push_empty("argument", form, diag);
        }
        arguments
    }

    pub(super) fn push_empty(&self, what: &str, form: &str, diag: &mut Diagnostics) {
        let fact = format!("the `{}` attribute has no {what}", self.name);
        diag.push_help(self.whole, fact, format_args!("write `{form}`"));
    }

    pub(super) fn push_wrong_form(&self, form: &str, diag: &mut Diagnostics) {
        diag.push(self.whole, format_args!("the `{}` attribute must be written `{form}`", self.name));
    }

    pub(super) fn push_arguments(&self, diag: &mut Diagnostics) {
        if self.style != Style::Bare {
            diag.push(self.whole, format_args!("the `{}` attribute must not have arguments", self.name));
        }
    }
}

pub(super) fn push_misplaced(
    attributes: &[syn::Attribute],
    names: &[&'static str],
    where_to: &str,
    diag: &mut Diagnostics,
) {
    for helper in Helper::parse_all(attributes, names, diag) {
        diag.push(helper.whole, format_args!("the `{}` attribute applies to {where_to} only", helper.name));
    }
}

/// Whether an attribute is probably a misspelled helper attribute. The compiler reports a misspelled attribute, so the
/// derive does not also report that the attribute is missing.
pub(super) fn any_misspelled(attributes: &[syn::Attribute], names: &[&'static str]) -> bool {
    let is_misspelled = |source: &syn::Attribute| {
        let name = source.path().to_token_stream().to_string();
        !names.contains(&name.as_str()) && similar("attribute", &name, names).is_some()
    };
    attributes.iter().any(is_misspelled)
}

/// Reads `crate = path::to::afresh`. Returns `None` if the argument is not written as `crate = path`.
pub(super) fn lower_runtime(argument: &Argument) -> Option<Runtime> {
    match argument {
        Argument::Pair(_, value) => match &value.kind {
            ValueKind::Path(path) => Some(Runtime(Some(path.to_token_stream()))),
            _ => None,
        },
        Argument::Single(_) | Argument::List(..) | Argument::Equation(..) => None,
    }
}
