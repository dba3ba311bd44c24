//! Parses an attribute and decides whether the attribute belongs to this macro.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Meta;
use syn::parse::ParseStream;

use super::arguments::{Argument, parse_arguments, parse_foreign};
use super::tables;
use crate::diag::{Diagnostics, Location, similar};

pub(crate) struct Attribute {
    /// The attribute's path, which is underlined in errors about the attribute itself.
    pub(crate) at: Location,
    pub(crate) whole: Location,
    pub(crate) name: String,
    pub(crate) owner: Owner,
    pub(crate) style: Style,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) source: syn::Attribute,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Macro,
    /// An attribute that is probably a misspelled attribute of this macro.
    Misspelled,
    /// A `cfg_attr` that contains one of this macro's attributes. The macro cannot expand a `cfg_attr`.
    Hidden(String),
    /// Another framework's attribute, and the message that explains what to use instead.
    Elsewhere(&'static str),
    /// A second `#[api]` on the same trait.
    Repeated,
    Foreign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// No arguments, as in `#[login]`.
    Bare,
    /// Arguments in parentheses, as in `#[get("/orders")]`.
    List,
    /// A value after an equals sign, as in `#[get = "/orders"]`.
    Equals,
}

impl Attribute {
    /// Parses all attributes of a node. `known` lists the macro attributes that are allowed on the node.
    pub(super) fn parse_all(
        input: ParseStream,
        known: &[&str],
        diag: &mut Diagnostics,
    ) -> syn::Result<Vec<Self>> {
        let found = input.call(syn::Attribute::parse_outer)?;
        Ok(found.into_iter().map(|source| Self::parse(source, known, diag)).collect())
    }

    fn parse(source: syn::Attribute, known: &[&str], diag: &mut Diagnostics) -> Self {
        let whole = diag.locate(&source);
        let at = diag.locate(source.path());
        let segments: Vec<String> =
            source.path().segments.iter().map(|segment| segment.ident.to_string()).collect();
        let name = segments.join("::");
        let (style, arguments) = match &source.meta {
            Meta::List(list) if tables::is_macro_attribute(&name) => {
                (Style::List, parse_arguments(list.tokens.clone(), diag))
            }
            Meta::List(list) => (Style::List, parse_foreign(list.tokens.clone(), diag)),
            Meta::Path(_) => (Style::Bare, Vec::new()),
            Meta::NameValue(_) => (Style::Equals, Vec::new()),
        };
        let owner = owner(&name, &arguments, known);
        Self { at, whole, name, owner, style, arguments, source }
    }

    /// Returns the arguments of a second `#[api(...)]` on the same trait, and marks the attribute as repeated. If the
    /// second `#[api]` were not marked, it would generate a second client.
    pub(super) fn take_repeated(&mut self) -> Vec<Argument> {
        if !["api", "afresh::api"].contains(&self.name.as_str()) {
            return Vec::new();
        }
        self.owner = Owner::Repeated;
        std::mem::take(&mut self.arguments)
    }

    /// Whether the attribute stays in the output, because it belongs to another macro or to the compiler.
    pub(crate) fn is_foreign(&self) -> bool {
        self.owner == Owner::Foreign
    }

    pub(crate) fn is_cfg(&self) -> bool {
        self.name == "cfg"
    }

    pub(crate) fn is_doc(&self) -> bool {
        self.name == "doc"
    }

    /// Whether the attribute is a lint attribute: `allow`, `expect`, `warn`, `deny` or `forbid`. Lint attributes also
    /// apply to generated code.
    pub(crate) fn is_lint_level(&self) -> bool {
        ["allow", "expect", "warn", "deny", "forbid"].contains(&self.name.as_str())
    }
}

pub(super) fn sources(attributes: &[Attribute]) -> TokenStream {
    let sources = attributes.iter().map(|attribute| &attribute.source);
    quote!(#(#sources)*)
}

fn owner(name: &str, arguments: &[Argument], known: &[&str]) -> Owner {
    if tables::is_macro_attribute(name) {
        return Owner::Macro;
    }
    if name == "cfg_attr" {
        let words = arguments.iter().skip(1).filter_map(|argument| argument.key().word());
        let mut own: Vec<String> = words.filter(|word| tables::is_macro_attribute(word)).collect();
        // If a `cfg_attr` contains several of this macro's attributes, the HTTP method attribute is returned, because a
        // missing HTTP method would cause a second error.
        own.sort_by_key(|word| tables::verb(word).is_none());
        return own.into_iter().next().map_or(Owner::Foreign, Owner::Hidden);
    }
    if let Some(help) = tables::elsewhere(name).filter(|_| !known.is_empty()) {
        return Owner::Elsewhere(help);
    }
    match similar("attribute", name, known) {
        Some(_) => Owner::Misspelled,
        None => Owner::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_builtin_attribute_is_taken_for_a_misspelled_one() {
        let builtin = "allow automatically_derived cfg cold deny deprecated derive doc expect expect forbid global_allocator ignore \
            inline instrument link_name must_use no_mangle path_statements should_panic target_feature test track_caller warn";
        for name in builtin.split_whitespace() {
            assert_eq!(owner(name, &[], &tables::method_attributes()), Owner::Foreign, "{name}");
        }
    }
}
