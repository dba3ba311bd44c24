//! Adds explicit lifetimes to types. A boxed future can have only one lifetime, so all lifetimes of a type-erased
//! method become the same lifetime. In the trait, each elided lifetime gets its own name, because `mockall` cannot read
//! some types with elided lifetimes.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lifetime;

/// Replaces every lifetime of a type or `where` clause with `lifetime`, including the lifetimes that are omitted after
/// `&`. The lifetime `'static` is kept.
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
            // Braces in a type contain an expression, in which `&` is an operator.
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

/// Whether a lifetime is omitted anywhere after the first `&` of a type, as in `Option<&str>` and `&[&str]`.
pub(super) fn has_inner_elision(ty: &TokenStream) -> bool {
    let mut tokens = ty.clone().into_iter().peekable();
    if matches!(tokens.peek(), Some(TokenTree::Punct(and)) if and.as_char() == '&') {
        tokens.next();
        // In `&'_ str` and `&'a str`, the reference has an explicit lifetime.
        if tokens.peek().is_some_and(is_quote) {
            tokens.next();
            tokens.next();
        }
    }
    let mut count = 0;
    name_elided(tokens.collect(), &mut |span| {
        count += 1;
        Lifetime::new("'_", span)
    });
    count > 0
}

/// Replaces every `'_`, and every lifetime that is omitted after `&`, with the next lifetime from `next`. The inputs of
/// `Fn(&str)` are not changed, because their lifetimes belong to `Fn`.
pub(super) fn name_elided(tokens: TokenStream, next: &mut dyn FnMut(Span) -> Lifetime) -> TokenStream {
    let mut named = TokenStream::new();
    let mut follows_word = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_word = matches!(token, TokenTree::Ident(_));
        match token {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => match tokens.next() {
                Some(name) if name.to_string() == "_" => next(quote.span()).to_tokens(&mut named),
                name => named.extend([quote.into()].into_iter().chain(name)),
            },
            TokenTree::Punct(and) if and.as_char() == '&' => {
                let span = and.span();
                named.extend([TokenTree::from(and)]);
                if !tokens.peek().is_some_and(is_quote) {
                    next(span).to_tokens(&mut named);
                }
            }
            TokenTree::Group(group) if !follows_word && group.delimiter() != Delimiter::Brace => {
                let mut inside = Group::new(group.delimiter(), name_elided(group.stream(), next));
                inside.set_span(group.span());
                named.extend([TokenTree::from(inside)]);
            }
            other => named.extend([other]),
        }
        follows_word = is_word;
    }
    named
}

fn is_quote(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}

#[cfg(test)]
mod tests {
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
    fn every_elided_lifetime_gets_a_name() {
        for (before, after) in [
            (quote!(Option<&str>), quote!(Option<&'x str>)),
            (quote!(&[&str]), quote!(&'x [&'x str])),
            (quote!(&'a [Cow<'_, str>]), quote!(&'a [Cow<'x, str>])),
            (quote!((&str, &'static str)), quote!((&'x str, &'static str))),
            (quote!(impl Fn(&str) -> u8), quote!(impl Fn(&str) -> u8)),
        ] {
            let named = name_elided(before, &mut |span| Lifetime::new("'x", span));
            assert_eq!(named.to_string().replace(' ', ""), after.to_string().replace(' ', ""));
        }
    }

    #[test]
    fn a_plain_reference_needs_no_name() {
        for ty in [quote!(&str), quote!(&'a str), quote!(u8), quote!(Option<&'a str>), quote!(&'_ str)] {
            assert!(!has_inner_elision(&ty), "{ty}");
        }
        for ty in [quote!(Option<&str>), quote!(&[&str]), quote!(Cow<'_, str>), quote!(&'a [&str])] {
            assert!(has_inner_elision(&ty), "{ty}");
        }
    }

    #[test]
    fn static_lifetimes_and_expressions_stay() {
        for ty in [quote!(&'static str), quote!(u64), quote!(Page<{ A & B }>)] {
            assert_eq!(mapped(ty.clone()), ty.to_string().replace(' ', ""));
        }
    }
}
