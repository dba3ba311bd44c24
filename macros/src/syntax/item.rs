//! Parses a trait's items. An item that cannot be parsed is reported and skipped.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Generics, Ident, Path, Token, Type};

use super::attribute::{Attribute, sources};
use super::method::Method;
use super::recovery::{ends_in_attributes, skip_rest, take_rest};
use super::tables;
use crate::diag::{Diagnostics, Location};

pub(crate) enum Item {
    Method(Box<Method>),
    /// A constant with a value. The macro copies the constant to the client.
    Constant(TokenStream),
    Unsupported(Unsupported),
}

impl Item {
    /// Whether the item is an associated type, for which the client has only a stub.
    pub(crate) fn is_unsupported_type(&self) -> bool {
        matches!(self, Self::Unsupported(Unsupported { kind: UnsupportedKind::Type { .. }, .. }))
    }
}

/// An item that the client cannot implement. An unsupported item stays in the trait, and the client contains a stub for
/// it.
pub(crate) struct Unsupported {
    pub(crate) at: Location,
    pub(crate) source: TokenStream,
    pub(crate) kind: UnsupportedKind,
}

pub(crate) enum UnsupportedKind {
    Constant { name: Ident, ty: Box<Type> },
    Type { name: Ident, generics: Generics },
    Macro { name: String },
}

pub(super) fn parse_items(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() && !ends_in_attributes(input) {
        let start = diag.position();
        let attributes = match Attribute::parse_all(input, &tables::method_attributes(), diag) {
            Ok(attributes) => attributes,
            Err(error) => {
                diag.push_syntax(error);
                take_rest(input)?;
                continue;
            }
        };
        match parse_item(input, attributes, start, diag) {
            Ok(item) => items.push(item),
            Err(error) => {
                diag.push_syntax(error);
                skip_rest(input)?;
            }
        }
    }
    input.call(syn::Attribute::parse_outer)?;
    Ok(items)
}

fn parse_item(
    input: ParseStream,
    attributes: Vec<Attribute>,
    start: usize,
    diag: &mut Diagnostics,
) -> syn::Result<Item> {
    let modifies = input.peek2(Token![fn]) || input.peek2(Token![async]) || input.peek2(Token![unsafe]);
    if input.peek(Token![const]) && !modifies && !input.peek2(Token![extern]) {
        return parse_constant(input, &attributes, diag);
    }
    if input.peek(Token![type]) {
        return parse_type(input, &attributes, diag);
    }
    if input.peek2(Token![!]) || input.peek(Token![::]) || input.peek2(Token![::]) {
        return parse_macro(input, &attributes, diag);
    }
    Method::parse(input, attributes, start, diag).map(|method| Item::Method(Box::new(method)))
}

fn parse_constant(input: ParseStream, attributes: &[Attribute], diag: &mut Diagnostics) -> syn::Result<Item> {
    let mut source = sources(attributes);
    input.parse::<Token![const]>()?.to_tokens(&mut source);
    let name: Ident = input.parse()?;
    let at = diag.locate(&name);
    name.to_tokens(&mut source);
    input.parse::<Token![:]>()?.to_tokens(&mut source);
    let ty: Box<Type> = input.parse()?;
    ty.to_tokens(&mut source);
    let has_value = input.peek(Token![=]);
    while !input.is_empty() && !input.peek(Token![;]) {
        source.extend([input.parse::<TokenTree>()?]);
    }
    input.parse::<Token![;]>()?.to_tokens(&mut source);
    if has_value {
        return Ok(Item::Constant(source));
    }
    Ok(Item::Unsupported(Unsupported { at, source, kind: UnsupportedKind::Constant { name, ty } }))
}

fn parse_type(input: ParseStream, attributes: &[Attribute], diag: &mut Diagnostics) -> syn::Result<Item> {
    let mut source = sources(attributes);
    input.parse::<Token![type]>()?.to_tokens(&mut source);
    let name: Ident = input.parse()?;
    let at = diag.locate(&name);
    name.to_tokens(&mut source);
    let generics: Generics = input.parse()?;
    generics.to_tokens(&mut source);
    source.extend(take_rest(input)?);
    Ok(Item::Unsupported(Unsupported { at, source, kind: UnsupportedKind::Type { name, generics } }))
}

fn parse_macro(input: ParseStream, attributes: &[Attribute], diag: &mut Diagnostics) -> syn::Result<Item> {
    let mut source = sources(attributes);
    let path = input.call(Path::parse_mod_style)?;
    let at = diag.locate(&path);
    let name = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    path.to_tokens(&mut source);
    source.extend(take_rest(input)?);
    Ok(Item::Unsupported(Unsupported { at, source, kind: UnsupportedKind::Macro { name } }))
}
