//! Converts an error enum to the model, one variant at a time.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{DataEnum, Fields, Ident, Member, Meta};

use super::model::{Content, ErrorEnum, Settings, Variant};
use super::status::lower_statuses;
use crate::derive::helper_attribute::{Helper, any_misspelled, lower_runtime, push_misplaced};
use crate::diag::{Diagnostics, Location, expected};
use crate::names;
use crate::syntax::Argument;

const ON_ENUM: &[&str] = &["api_error"];
const ON_VARIANT: &[&str] = &["status", "other"];
const ARGUMENTS: &[&str] = &["crate", "from_only"];
const FORM: &str = "#[api_error(crate = path::to::afresh)]";

pub(super) fn lower_settings(
    attributes: &[syn::Attribute],
    variants: &[&[syn::Attribute]],
    diag: &mut Diagnostics,
) -> Settings {
    push_misplaced(attributes, ON_VARIANT, "variants", diag);
    let thiserror = lower_thiserror(attributes, variants, diag);
    let mut settings = Settings { thiserror, ..Settings::default() };
    let mut seen = Vec::new();
    for helper in Helper::parse_all(attributes, ON_ENUM, diag) {
        for argument in helper.arguments(FORM, diag) {
            let key = argument.key();
            match key.word() {
                Some(word) if seen.contains(&word) => {
                    diag.push(key.at, format_args!("duplicate argument `{word}`"));
                }
                Some(word) => {
                    settings.set(&word, &argument, diag);
                    seen.push(word);
                }
                None => diag.push(key.at, format_args!("unknown argument, {}", expected(ARGUMENTS))),
            }
        }
    }
    settings
}

impl Settings {
    fn set(&mut self, word: &str, argument: &Argument, diag: &mut Diagnostics) {
        let at = argument.key().at;
        match (word, argument) {
            ("from_only", Argument::Single(_)) => self.from_only = true,
            ("from_only", _) => {
                diag.push(at, "argument `from_only` takes no value: write `#[api_error(from_only)]`");
            }
            ("crate", _) => match lower_runtime(argument) {
                Some(runtime) => self.runtime = runtime,
                None => diag.push(at, "argument `crate` must be written `crate = path::to::afresh`"),
            },
            _ => diag.push_unknown(at, "argument", word, ARGUMENTS),
        }
    }
}

/// Finds the first `#[error(...)]` attribute, which belongs to `thiserror::Error`.
fn lower_thiserror(
    attributes: &[syn::Attribute],
    variants: &[&[syn::Attribute]],
    diag: &mut Diagnostics,
) -> Option<Location> {
    let all = attributes.iter().chain(variants.iter().flat_map(|attributes| attributes.iter()));
    let first = all.into_iter().find(|attribute| attribute.path().is_ident("error"))?;
    Some(diag.locate(first))
}

pub(super) fn lower_enum<'s>(name: &Ident, data: &'s DataEnum, diag: &mut Diagnostics) -> ErrorEnum<'s> {
    let at = diag.locate(name);
    let is_incomplete = data.variants.iter().any(|variant| any_misspelled(&variant.attrs, ON_VARIANT));
    let variants = data.variants.iter().map(|variant| lower_variant(variant, diag)).collect();
    ErrorEnum { name: names::plain(name), at, variants, is_incomplete }
}

fn lower_variant<'s>(source: &'s syn::Variant, diag: &mut Diagnostics) -> Variant<'s> {
    let start = diag.position();
    push_misplaced(&source.attrs, ON_ENUM, "the enum", diag);
    let mut variant = Variant {
        name: &source.ident,
        doc: first_paragraph(&source.attrs),
        content: None,
        has_no_attribute: false,
        statuses: Vec::new(),
        other: None,
    };
    let mut said: Option<&str> = None;
    for helper in Helper::parse_all(&source.attrs, ON_VARIANT, diag) {
        match said {
            Some(earlier) if earlier == helper.name => {
                let fact = format!("duplicate `{earlier}` attribute on variant `{}`", variant.name);
                if earlier == "status" {
                    diag.push_help(
                        helper.whole,
                        fact,
                        "put all statuses into one attribute: `#[status(404, 410)]`",
                    );
                } else {
                    diag.push(helper.whole, fact);
                }
            }
            Some(_) => {
                let fact = format!("variant `{}` has both a status and `#[other]`", variant.name);
                diag.push(helper.whole, fact);
            }
            None if helper.name == "status" => variant.statuses = lower_statuses(&helper, diag),
            None => {
                helper.push_arguments(diag);
                variant.other = Some(helper.whole);
            }
        }
        said = said.or(Some(helper.name));
    }
    let at = diag.locate(&source.ident);
    let is_wrong = diag.any_in(&(start..diag.position())) || any_misspelled(&source.attrs, ON_VARIANT);
    variant.has_no_attribute = said.is_none();
    if variant.has_no_attribute && !is_wrong {
        let help = "add `#[status(404)]`, or `#[other]` if the variant holds all other errors";
        diag.push_help(at, format_args!("variant `{}` has no status", variant.name), help);
    }
    variant.content = lower_content(source, variant.other.is_some(), at, diag);
    variant
}

/// Returns the value that the variant holds, or `None` if the variant holds no value or an error was reported.
fn lower_content<'s>(
    source: &'s syn::Variant,
    is_other: bool,
    at: Location,
    diag: &mut Diagnostics,
) -> Option<Content<'s>> {
    for field in &source.fields {
        push_misplaced(&field.attrs, ON_VARIANT, "variants", diag);
        push_misplaced(&field.attrs, ON_ENUM, "the enum", diag);
    }
    let name = &source.ident;
    let mut fields = source.fields.iter();
    let first = fields.next();
    let has_more = fields.next().is_some();
    if is_other && (first.is_none() || has_more) {
        let fact = format!("variant `{name}` must hold an `afresh::Error`");
        diag.push_help(at, fact, format_args!("write `{name}(afresh::Error)`"));
        return None;
    }
    if has_more {
        let fact = format!("variant `{name}` must hold one value");
        let help = "move the fields to a struct that derives `serde::Deserialize`";
        diag.push_help(at, fact, help);
        return None;
    }
    let field = first?;
    if is_borrowed(&field.ty) {
        let at = diag.locate(&field.ty);
        let fact = format!("variant `{name}` must not hold a reference");
        diag.push_help(at, fact, "an error outlives its response: use an owned type, such as `String`");
        return None;
    }
    let member = match (&source.fields, &field.ident) {
        (Fields::Named(_), Some(name)) => Member::Named(name.clone()),
        _ => Member::Unnamed(0.into()),
    };
    Some(Content { member, ty: &field.ty })
}

/// Whether a type is a reference or contains a reference. The type `Cow<'a, str>` is treated as an owned value.
fn is_borrowed(ty: &syn::Type) -> bool {
    let is_and = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '&');
    ty.to_token_stream().into_iter().any(is_and)
}

/// Returns the first paragraph of the doc comments, on one line and without a final period, as is usual for error
/// messages.
fn first_paragraph(attributes: &[syn::Attribute]) -> Option<String> {
    let docs = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let texts: Vec<String> = docs.filter_map(doc_text).collect();
    let text = texts.join("\n");
    let lines = text.split('\n').map(str::trim).skip_while(|line| line.is_empty());
    let paragraph: Vec<String> = lines.take_while(|line| !line.is_empty()).map(str::to_owned).collect();
    let text = paragraph.join(" ");
    let text = text.strip_suffix('.').unwrap_or(&text);
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns the text of `#[doc = "..."]`. Returns `None` if the value is something other than a string literal, such as
/// a macro call.
fn doc_text(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) => {
            syn::parse2::<syn::LitStr>(pair.value.to_token_stream()).ok().map(|text| text.value())
        }
        Meta::Path(_) | Meta::List(_) => None,
    }
}
