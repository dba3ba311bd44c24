//! Replaces all lifetimes in a type by one, because a boxed future can only have one.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lifetime;

/// The tokens of a type or `where` clause with `lifetime` in place of every lifetime, including those left out after
/// `&`. `'static` is kept.
pub(super) fn with_one_lifetime(tokens: TokenStream, lifetime: &Lifetime) -> TokenStream {
    let mut mapped = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => match tokens.next() {
                Some(name) if name.to_string() == "static" => mapped.extend([quote.into(), name]),
                _ => lifetime.to_tokens(&mut mapped),
            },
            TokenTree::Punct(and) if and.as_char() == '&' => {
                mapped.extend([TokenTree::from(and)]);
                if !tokens.peek().is_some_and(is_quote) {
                    lifetime.to_tokens(&mut mapped);
                }
            }
            // This is an expression, where `&` is an operator.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                mapped.extend([TokenTree::from(group)]);
            }
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), with_one_lifetime(group.stream(), lifetime));
                inside.set_span(group.span());
                mapped.extend([TokenTree::from(inside)]);
            }
            other => mapped.extend([other]),
        }
    }
    mapped
}

fn is_quote(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use quote::quote;

    use super::*;

    fn mapped(ty: TokenStream) -> String {
        with_one_lifetime(ty, &Lifetime::new("'x", Span::call_site())).to_string().replace(' ', "")
    }

    #[test]
    fn every_lifetime_becomes_the_given_one() {
        for (before, after) in [
            (quote!(&str), quote!(&'x str)),
            (quote!(&'a str), quote!(&'x str)),
            (quote!(&&'b str), quote!(&'x &'x str)),
            (quote!(&[Cow<'_, str>]), quote!(&'x [Cow<'x, str>])),
            (quote!(Option<(&'a u8, &mut u8)>), quote!(Option<(&'x u8, &'x mut u8)>)),
            (quote!(where 'a: 'b, T: 'a), quote!(where 'x: 'x, T: 'x)),
        ] {
            assert_eq!(mapped(before), after.to_string().replace(' ', ""));
        }
    }

    #[test]
    fn static_lifetimes_and_expressions_stay() {
        for ty in [quote!(&'static str), quote!(u64), quote!(Page<{ A & B }>)] {
            assert_eq!(mapped(ty.clone()), ty.to_string().replace(' ', ""));
        }
    }
}
