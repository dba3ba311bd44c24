//! A method of the trait: its signature in parts, its body as it is.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{parenthesized, GenericParam, Generics, Ident, Lifetime, LitStr, Token, Type, Visibility};

use super::{drain, since, Attribute, Name, Parameter};
use crate::diag::{At, Diagnostics};

/// A method as it was written.
pub(crate) struct Method {
    /// The places that belong to this method.
    pub(crate) places: Range<usize>,
    pub(crate) attributes: Vec<Attribute>,
    /// Not allowed on a trait's method; kept so that the compiler says so.
    pub(crate) vis: Visibility,
    pub(crate) asyncness: Option<Token![async]>,
    /// `const`, `unsafe` and `extern`, and where the first of them stands.
    pub(crate) qualifiers: TokenStream,
    pub(crate) qualifier: Option<(At, String)>,
    pub(crate) fn_token: Token![fn],
    /// The `fn` keyword.
    pub(crate) at: At,
    pub(crate) name: Name,
    pub(crate) generics: Generics,
    /// The place of the generics.
    pub(crate) generics_at: At,
    /// The parentheses.
    pub(crate) inputs_at: At,
    pub(crate) receiver: Receiver,
    pub(crate) params: Vec<Parameter>,
    pub(crate) output: Option<Output>,
    pub(crate) end: End,
}

/// `-> Type`
pub(crate) struct Output {
    pub(crate) arrow: Token![->],
    pub(crate) ty: Type,
    pub(crate) at: At,
}

/// How the method ends.
pub(crate) enum End {
    Declared(Token![;]),
    Provided(Group),
}

/// The `self` of a method.
pub(crate) enum Receiver {
    Missing,
    /// `&self` or `&'a self`.
    Shared {
        source: TokenStream,
        self_token: Token![self],
    },
    /// Any other form, and how an error quotes it.
    Other {
        source: TokenStream,
        at: At,
        written: &'static str,
    },
}

impl Method {
    /// Reads what follows the attributes. `start` is the first place of the method.
    pub(super) fn parse(
        input: ParseStream,
        attributes: Vec<Attribute>,
        start: usize,
        diag: &mut Diagnostics,
    ) -> syn::Result<Self> {
        let vis = input.parse()?;
        let mut asyncness = None;
        let mut qualifiers = TokenStream::new();
        let mut qualifier = None;
        while !input.peek(Token![fn]) {
            if input.peek(Token![async]) {
                asyncness = Some(input.parse()?);
                continue;
            }
            let word = input.call(Ident::parse_any)?;
            qualifier = qualifier.or(Some((diag.mark(&word), word.to_string())));
            word.to_tokens(&mut qualifiers);
            if word == "extern" {
                input.parse::<Option<LitStr>>()?.to_tokens(&mut qualifiers);
            }
        }
        let fn_token: Token![fn] = input.parse()?;
        let at = diag.mark(&fn_token);
        let name = Name::parse(input, diag)?;
        let mut generics: Generics = input.parse()?;
        let generics_at = diag.mark(&generics);
        let (inputs_at, receiver, params) = parse_inputs(input, diag)?;
        let output = Output::parse(input, diag)?;
        generics.where_clause = input.parse()?;
        let end = End::parse(input)?;
        let places = since(start, diag);
        Ok(Self {
            places,
            attributes,
            vis,
            asyncness,
            qualifiers,
            qualifier,
            fn_token,
            at,
            name,
            generics,
            generics_at,
            inputs_at,
            receiver,
            params,
            output,
            end,
        })
    }

    /// Whether the method gives a future.
    pub(crate) fn is_async(&self) -> bool {
        self.asyncness.is_some()
    }

    /// Whether the method has type or const parameters; lifetimes do not count.
    pub(crate) fn is_generic(&self) -> bool {
        self.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_)))
    }

    /// Whether the method exists in some configurations only.
    pub(crate) fn is_conditional(&self) -> bool {
        self.attributes.iter().any(Attribute::is_cfg)
    }
}

impl Output {
    fn parse(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Option<Self>> {
        let Some(arrow) = input.parse()? else {
            return Ok(None);
        };
        let ty: Type = input.parse()?;
        Ok(Some(Self { arrow, at: diag.mark(&ty), ty }))
    }

    pub(crate) fn arrow_span(&self) -> Span {
        self.arrow.spans.first().copied().unwrap_or_else(Span::mixed_site)
    }
}

impl End {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Token![;]) {
            return input.parse().map(Self::Declared);
        }
        match input.parse()? {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => Ok(Self::Provided(body)),
            other => Err(syn::Error::new(other.span(), "expected `;` or a body")),
        }
    }
}

type Inputs = (At, Receiver, Vec<Parameter>);

fn parse_inputs(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Inputs> {
    let inside;
    let parens = parenthesized!(inside in input);
    let at = diag.mark(&TokenTree::from(spanned_group(parens.span.join())));
    let read = parse_inside(&inside, diag);
    drain(&inside)?;
    read.map(|(receiver, params)| (at, receiver, params))
}

/// A stand-in for the parentheses: what is inside is still being read.
fn spanned_group(span: Span) -> Group {
    let mut group = Group::new(Delimiter::Parenthesis, TokenStream::new());
    group.set_span(span);
    group
}

fn parse_inside(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<(Receiver, Vec<Parameter>)> {
    let mut receiver = Receiver::Missing;
    let mut params = Vec::new();
    while !input.is_empty() {
        let attributes = Attribute::parse_all(input, &[], diag)?;
        if params.is_empty() && matches!(receiver, Receiver::Missing) && starts_receiver(input)? {
            receiver = Receiver::parse(input, &attributes, diag)?;
        } else {
            params.push(Parameter::parse(input, attributes, diag)?);
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok((receiver, params))
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
        let at = diag.mark(&written);
        let quoted = match (&and, &mutability, &colon) {
            (_, _, Some(_)) => "self: ...",
            (Some(_), _, _) => "&mut self",
            (None, Some(_), _) => "mut self",
            (None, None, _) => "self",
        };
        let mut source: TokenStream =
            attributes.iter().map(|attribute| attribute.source.to_token_stream()).collect();
        source.extend(written);
        Ok(match (and, mutability, colon) {
            (Some(_), None, None) => Self::Shared { source, self_token },
            _ => Self::Other { source, at, written: quoted },
        })
    }
}
