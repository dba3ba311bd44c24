//! Parses a method parameter.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::{Ident, Token, Type};

use super::attribute::Attribute;
use crate::diag::{Diagnostics, Location};
use crate::names;

/// A method parameter as the user wrote it.
pub(crate) struct Parameter {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) pattern: Pattern,
    pub(crate) at: Location,
    pub(crate) colon: Token![:],
    pub(crate) ty: Type,
    pub(crate) ty_at: Location,
}

pub(crate) enum Pattern {
    Name(Ident),
    Other(TokenStream),
}

impl Parameter {
    pub(super) fn parse(
        input: ParseStream,
        attributes: Vec<Attribute>,
        diag: &mut Diagnostics,
    ) -> syn::Result<Self> {
        let pattern = Pattern::parse(input)?;
        let at = match &pattern {
            Pattern::Name(name) => diag.locate(name),
            Pattern::Other(tokens) => diag.locate(tokens),
        };
        let colon = input.parse()?;
        let ty: Type = input.parse()?;
        Ok(Self { attributes, pattern, at, colon, ty_at: diag.locate(&ty), ty })
    }

    /// Returns the parameter's name without the `r#` of a raw identifier, or `None` if the pattern is not a name.
    pub(crate) fn plain_name(&self) -> Option<String> {
        match &self.pattern {
            Pattern::Name(name) => Some(names::plain(name)),
            Pattern::Other(_) => None,
        }
    }

    pub(crate) fn is_conditional(&self) -> bool {
        self.attributes.iter().any(Attribute::is_cfg)
    }
}

impl Pattern {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            return input.parse().map(Self::Name);
        }
        let mut tokens = TokenStream::new();
        while !input.peek(Token![:]) || input.peek(Token![::]) {
            if input.peek(Token![::]) {
                tokens.extend(input.parse::<Token![::]>().map(quote::ToTokens::into_token_stream)?);
            } else {
                tokens.extend([input.parse::<TokenTree>()?]);
            }
        }
        Ok(Self::Other(tokens))
    }
}
