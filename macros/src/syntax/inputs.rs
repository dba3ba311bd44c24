//! Parses `self` and the parameters of a method.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Lifetime, Token, Type, parenthesized};

use super::attribute::{Attribute, sources};
use super::parameter::Parameter;
use super::recovery::drain;
use crate::diag::{Diagnostics, Location};

pub(crate) struct Inputs {
    pub(crate) at: Location,
    pub(crate) receiver: Receiver,
    /// The attributes on `self` that belong to this macro.
    pub(crate) on_receiver: Vec<Attribute>,
    pub(crate) params: Vec<Parameter>,
}

#[derive(Default)]
struct Inside {
    receiver: Receiver,
    on_receiver: Vec<Attribute>,
    params: Vec<Parameter>,
}

/// The `self` parameter of a method.
#[derive(Default)]
pub(crate) enum Receiver {
    #[default]
    Missing,
    /// `&self` or `&'a self`.
    Shared { source: TokenStream, self_token: Token![self] },
    /// A receiver other than `&self`, and the text that represents the receiver in error messages.
    Other { source: TokenStream, at: Location, written: &'static str },
}

impl Inputs {
    pub(super) fn parse(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Self> {
        let inside;
        let parens = parenthesized!(inside in input);
        let at = diag.locate(&TokenTree::from(parentheses(parens.span.join())));
        let read = parse_inside(&inside, diag);
        drain(&inside)?;
        read.map(|Inside { receiver, on_receiver, params }| Self { at, receiver, on_receiver, params })
    }
}

/// Returns the parentheses as an empty group, because their contents have not been parsed yet.
fn parentheses(span: Span) -> Group {
    let mut group = Group::new(Delimiter::Parenthesis, TokenStream::new());
    group.set_span(span);
    group
}

fn parse_inside(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Inside> {
    let mut found = Inside::default();
    while !input.is_empty() {
        let attributes = Attribute::parse_all(input, &[], diag)?;
        let is_first = found.params.is_empty() && matches!(found.receiver, Receiver::Missing);
        if is_first && starts_receiver(input)? {
            let (own, others): (_, Vec<_>) =
                attributes.into_iter().partition(|attribute| !attribute.is_foreign());
            found.on_receiver = own;
            found.receiver = Receiver::parse(input, &others, diag)?;
        } else {
            found.params.push(Parameter::parse(input, attributes, diag)?);
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(found)
}

fn starts_receiver(input: ParseStream) -> syn::Result<bool> {
    let ahead = input.fork();
    if ahead.parse::<Option<Token![&]>>()?.is_some() {
        ahead.parse::<Option<Lifetime>>()?;
    }
    ahead.parse::<Option<Token![mut]>>()?;
    Ok(ahead.peek(Token![self]) && !ahead.peek2(Token![::]))
}

impl Receiver {
    fn parse(input: ParseStream, attributes: &[Attribute], diag: &mut Diagnostics) -> syn::Result<Self> {
        let mut written = TokenStream::new();
        let and: Option<Token![&]> = input.parse()?;
        and.to_tokens(&mut written);
        if and.is_some() {
            input.parse::<Option<Lifetime>>()?.to_tokens(&mut written);
        }
        let mutability: Option<Token![mut]> = input.parse()?;
        mutability.to_tokens(&mut written);
        let self_token: Token![self] = input.parse()?;
        self_token.to_tokens(&mut written);
        let colon: Option<Token![:]> = input.parse()?;
        if let Some(colon) = &colon {
            colon.to_tokens(&mut written);
            input.parse::<Type>()?.to_tokens(&mut written);
        }
        let at = diag.locate(&written);
        let quoted = match (&and, &mutability, &colon) {
            (_, _, Some(_)) => "self: ...",
            (Some(_), _, _) => "&mut self",
            (None, Some(_), _) => "mut self",
            (None, None, _) => "self",
        };
        let mut source = sources(attributes);
        source.extend(written);
        Ok(match (and, mutability, colon) {
            (Some(_), None, None) => Self::Shared { source, self_token },
            _ => Self::Other { source, at, written: quoted },
        })
    }
}
