//! Parses the whole trait under `#[api]`.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Generics, Ident, Token, TypeParamBound, Visibility, braced};

use super::arguments::Argument;
use super::attribute::Attribute;
use super::item::{Item, parse_items};
use super::method::Method;
use super::name::Name;
use super::tables;
use crate::diag::{Diagnostics, Location};

pub(crate) struct Trait {
    pub(crate) attributes: Vec<Attribute>,
    /// The arguments of a second `#[api(...)]` on the same trait.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) vis: Visibility,
    /// The keyword `unsafe` or `auto`, or another keyword that an API trait cannot have.
    pub(crate) qualifier: Option<(Location, String)>,
    pub(crate) keyword: Token![trait],
    pub(crate) name: Name,
    pub(crate) generics: Generics,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) items: Vec<Item>,
}

pub(super) fn parse_trait(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Trait> {
    let mut attributes = Attribute::parse_all(input, &tables::trait_attributes(), diag)?;
    let arguments = attributes.iter_mut().flat_map(Attribute::take_repeated).collect();
    let vis = input.parse()?;
    let mut qualifier = None;
    while !input.peek(Token![trait]) {
        let word = input.call(Ident::parse_any)?;
        qualifier = qualifier.or(Some((diag.locate(&word), word.to_string())));
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
    let items = parse_items(&body, diag)?;
    Ok(Trait { attributes, arguments, vis, qualifier, keyword, name, generics, supertraits, items })
}

impl Trait {
    /// Whether the trait has generic parameters, including lifetimes.
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
