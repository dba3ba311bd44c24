//! Removes this macro's attributes from an item that cannot be parsed. If this macro's attributes remained, the
//! compiler would report each of them as unknown.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::tables;

pub(crate) fn strip(item: TokenStream) -> TokenStream {
    let mut stripped = Vec::new();
    for token in item {
        match token {
            TokenTree::Group(group)
                if is_macro_attribute(&group) && stripped.last().is_some_and(is_pound) =>
            {
                stripped.pop();
            }
            TokenTree::Group(group) => stripped.push(strip_group(&group).into()),
            other => stripped.push(other),
        }
    }
    stripped.into_iter().collect()
}

fn strip_group(group: &Group) -> Group {
    let mut stripped = Group::new(group.delimiter(), strip(group.stream()));
    stripped.set_span(group.span());
    stripped
}

fn is_pound(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

/// Whether the group is the content of one of this macro's attributes, such as `[get("/orders")]` or `[login]`.
fn is_macro_attribute(group: &Group) -> bool {
    let mut tokens = group.stream().into_iter();
    let named = matches!(tokens.next(), Some(TokenTree::Ident(name)) if tables::is_macro_attribute(&name.to_string()));
    let ends = matches!(tokens.next(), None | Some(TokenTree::Group(_)));
    group.delimiter() == Delimiter::Bracket && named && ends
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn attributes_of_the_macro_are_removed_at_any_depth_and_others_stay() {
        let item = quote! {
            #[serde(x)]
            impl Shop {
                #[get("/orders/{id}")]
                #[login]
                #[inline]
                fn order(&self, #[query] id: u64) {}
            }
        };
        let expected = quote! {
            #[serde(x)]
            impl Shop {
                #[inline]
                fn order(&self, id: u64) {}
            }
        };
        assert_eq!(strip(item).to_string(), expected.to_string());
    }

    #[test]
    fn tokens_that_only_look_like_an_attribute_stay() {
        let item = quote! { fn f() { let x = [get]; #[path = "x.rs"] mod y; } };
        assert_eq!(strip(item.clone()).to_string(), item.to_string());
    }
}
