//! What was written: the trait with its attributes, methods and parameters, read without judging any of it.
//!
//! The reader is our own rather than syn's: a default body stays raw tokens, and an item that cannot be read is skipped,
//! so that one mistake does not take the whole trait with it.

mod arguments;
mod attribute;
mod inputs;
mod item;
mod method;
mod parameter;
mod strip;
pub(crate) mod tables;

use std::ops::Range;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Generics, Token, Type, TypeParamBound, Visibility, braced};

use crate::diag::{At, Diagnostics};
use crate::names;

use arguments::parse_foreign;
pub(crate) use arguments::{Argument, Value, What, parse_arguments};
pub(crate) use attribute::{Attribute, Owner, Style};
pub(crate) use inputs::{Inputs, Receiver};
pub(crate) use item::{Item, Refused, RefusedKind};
pub(crate) use method::{End, Method, Output};
pub(crate) use parameter::{Parameter, Pattern};
pub(crate) use strip::strip;

/// A name the user gave.
pub(crate) struct Name {
    pub(crate) ident: Ident,
    pub(crate) at: At,
}

impl Name {
    fn parse(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Self> {
        let ident = input.call(Ident::parse_any)?;
        Ok(Self { at: diag.mark(&ident), ident })
    }

    /// The name without the `r#` of a raw identifier.
    pub(crate) fn plain(&self) -> String {
        names::plain(&self.ident)
    }
}

/// The trait under `#[api]`.
pub(crate) struct Trait {
    pub(crate) attributes: Vec<Attribute>,
    /// The arguments of another `#[api(...)]`, in the wrong place.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) vis: Visibility,
    /// `unsafe`, `auto` and the like, which an API trait cannot be.
    pub(crate) qualifier: Option<(At, String)>,
    pub(crate) keyword: Token![trait],
    pub(crate) name: Name,
    pub(crate) generics: Generics,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) items: Vec<Item>,
}

/// What the macro was put on.
pub(crate) enum Input {
    Trait(Box<Trait>),
    /// A trait whose head cannot be read; its visibility and name, if those can.
    Unreadable(Option<(Visibility, Ident)>),
    /// Not a trait at all: the keyword of the item, and whether `mockall` has made it.
    Other {
        at: At,
        is_mock: bool,
    },
}

/// Reads the item under the attribute.
pub(crate) fn parse_item(item: TokenStream, diag: &mut Diagnostics) -> Input {
    if !item.clone().into_iter().any(|token| is_word(&token, "trait")) {
        return parse_other(&item, diag);
    }
    let head = parse_head.parse2(item.clone());
    let mut reader = |input: ParseStream| {
        let read = parse_trait(input, diag);
        drain(input)?;
        Ok(read)
    };
    match Parser::parse2(&mut reader, item).and_then(|read| read) {
        Ok(found) => Input::Trait(Box::new(found)),
        Err(error) => {
            diag.push_syntax(error);
            Input::Unreadable(head.ok())
        }
    }
}

/// As much of a trait's head as a client needs.
fn parse_head(input: ParseStream) -> syn::Result<(Visibility, Ident)> {
    input.call(syn::Attribute::parse_outer)?;
    let vis = input.parse()?;
    while !input.peek(Token![trait]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![trait]>()?;
    let name = input.parse()?;
    drain(input)?;
    Ok((vis, name))
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn parse_other(item: &TokenStream, diag: &mut Diagnostics) -> Input {
    const KEYWORDS: &[&str] =
        &["impl", "struct", "enum", "union", "fn", "mod", "type", "const", "static", "use"];
    let keyword = item.clone().into_iter().find(|token| KEYWORDS.iter().any(|word| is_word(token, word)));
    let at = match keyword {
        Some(token) => diag.mark(&token),
        None => diag.mark(item),
    };
    Input::Other { at, is_mock: any_word(item, &is_of_mockall) }
}

/// `automock` copies the attributes below it to everything it makes.
fn is_of_mockall(word: &str) -> bool {
    word == "mockall" || word.starts_with("Mock") || word.ends_with("_expectations")
}

fn parse_trait(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Trait> {
    let mut attributes = Attribute::parse_all(input, &tables::trait_attributes(), diag)?;
    let arguments = attributes.iter_mut().flat_map(Attribute::take_repeated).collect();
    let vis = input.parse()?;
    let mut qualifier = None;
    while !input.peek(Token![trait]) {
        let word = input.call(Ident::parse_any)?;
        qualifier = qualifier.or(Some((diag.mark(&word), word.to_string())));
    }
    let keyword = input.parse()?;
    let name = Name::parse(input, diag)?;
    let mut generics: Generics = input.parse()?;
    let mut supertraits = Punctuated::new();
    if input.parse::<Option<Token![:]>>()?.is_some() {
        while !input.peek(syn::token::Brace) && !input.peek(Token![where]) {
            supertraits.push_value(input.parse()?);
            if let Some(plus) = input.parse::<Option<Token![+]>>()? {
                supertraits.push_punct(plus);
            } else {
                break;
            }
        }
    }
    generics.where_clause = input.parse()?;
    let body;
    braced!(body in input);
    let items = item::parse_items(&body, diag)?;
    Ok(Trait { attributes, arguments, vis, qualifier, keyword, name, generics, supertraits, items })
}

impl Trait {
    /// Whether the trait has type or const parameters or lifetimes.
    pub(crate) fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.items.iter().filter_map(|item| match item {
            Item::Method(method) => Some(&**method),
            _ => None,
        })
    }
}

/// Reads whatever is left, so that syn does not report it again as unexpected.
fn drain(input: ParseStream) -> syn::Result<()> {
    input.parse::<TokenStream>().map(drop)
}

/// Whether these tokens have `word` anywhere, as `impl` in `Option<impl Trait>`.
pub(crate) fn mentions(tokens: impl ToTokens, word: &str) -> bool {
    any_word(&tokens.into_token_stream(), &|other| other == word)
}

/// Whether a type has a reference anywhere but in the parentheses of a function.
pub(crate) fn mentions_reference(ty: &Type) -> bool {
    let is_and = |token| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '&');
    ty.to_token_stream().into_iter().any(is_and)
}

fn any_word(tokens: &TokenStream, is_it: &dyn Fn(&str) -> bool) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => any_word(&group.stream(), is_it),
        TokenTree::Ident(word) => is_it(&word.to_string()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The places of the source from `start` to here.
fn since(start: usize, diag: &Diagnostics) -> Range<usize> {
    start..diag.marks()
}
