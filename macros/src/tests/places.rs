//! Tests the spans of generated tokens. If a token of a method has the span of `#[api]`, the compiler recompiles the
//! method after unrelated edits.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::expand::expand;

const SHOP: &str = r#"
    trait Shop {
        /// With docs.
        #[put("/orders/{id}/{rest*}")]
        #[header("x-version" = "2")]
        #[query("all" = "true")]
        #[timeout("2s")]
        #[query("x" = "y")]
        #[refresh_on(401, 419)]
        #[forbidden_when(json("/error") == "scope")]
        async fn order(&self, #[query] page: &str, id: u64, rest: &str, #[json] order: &Order) -> Result<Order>;

        #[get("/orders")]
        #[pages(cursor = "/next", into = "after", items = "/data", more = "/more")]
        async fn order_pages(&self, #[header] more: &HeaderMap) -> Result<Pages<Order>>;

        #[login]
        #[post("/login")]
        #[json("kind" = "shop", "n" = 7, "on" = true)]
        async fn order_login(&self, #[json("password")] password: &str) -> Result<Tokens>;

        #[refresh]
        #[post("/refresh")]
        async fn order_refresh(&self, #[json("token")] token: RefreshToken) -> Result<Tokens>;

        #[get("/orders/last")]
        #[none_on(404)]
        async fn order_last(&self) -> Result<Option<Order>>;

        #[logout]
        #[post("/logout")]
        async fn order_logout(&self, #[cookie("c")] cookie: &str, #[form] form: &str) -> Result<()>;
    }
"#;

/// Returns the bodies of the generated traits and impls that contain the methods of [`SHOP`].
fn bodies(arguments: &str) -> Vec<TokenStream> {
    let expanded = expand(arguments.parse().unwrap(), SHOP.parse().unwrap());
    assert!(!expanded.to_string().contains("compile_error"), "{expanded}");
    let has_method = |body: &TokenStream| {
        body.clone().into_iter().any(|token| match token {
            TokenTree::Ident(name) => name == "order" || name == "__afresh_dyn_order",
            _ => false,
        })
    };
    let bodies = expanded.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    bodies.filter(has_method).collect()
}

/// Collects the tokens that have the span of the macro call. In source text that a test parses, the span of the macro
/// call is empty.
fn collect_tokens_without_a_place(tokens: TokenStream, placeless: &mut Vec<String>) {
    for token in tokens {
        if token.span().byte_range().is_empty() {
            placeless.push(token.to_string());
        }
        if let TokenTree::Group(group) = token {
            collect_tokens_without_a_place(group.stream(), placeless);
        }
    }
}

#[test]
fn all_tokens_of_a_method_have_spans_within_the_method() {
    for (arguments, count) in [("", 2), ("dyn", 5)] {
        let bodies = bodies(arguments);
        assert_eq!(bodies.len(), count, "{arguments}");
        for body in bodies {
            let mut placeless = Vec::new();
            collect_tokens_without_a_place(body, &mut placeless);
            assert!(placeless.is_empty(), "{placeless:?}");
        }
    }
}
