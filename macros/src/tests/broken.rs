//! Tests that code is still generated for the valid parts of an invalid or unfinished trait.

use quote::quote;

use super::expanded::{Expanded, api};

#[test]
fn a_method_that_cannot_be_parsed_is_skipped_and_its_siblings_are_kept() {
    let expanded = api(quote! {
        trait Shop {
            #[get("/a")]
            async fn before(&self) -> Result<()>;

            #[get("/b")]
            async fn half_typed(&self, id: ) -> Result<()>;

            async fn no_end(&self) -> { }

            fn

            #[get("/c")]
            async fn after(&self) -> Result<()>;
        }
    });
    expanded
        .has(&quote!(::core::compile_error!))
        .has(&quote!(fn before(&self) -> ::afresh::Pending<Result<()> >))
        .has_not(&quote!(half_typed));
}

#[test]
fn a_method_with_an_error_keeps_its_declaration_and_gets_a_stub() {
    let expanded = api(quote! {
        trait Shop {
            async fn order(id: u64, (a, b): (u8, u8)) -> Result<Order>;
        }
    });
    expanded
        .has(&quote!(fn order(&self, id: u64, _: (u8, u8)) -> impl ::core::future::Future<Output = Result<Order> >))
        .has(&quote! {
            fn order(&self, _: u64, _: (u8, u8)) -> ::afresh::Pending<Result<Order> > {
                ::core::unimplemented!()
            }
        });
}

#[test]
fn a_method_with_an_error_keeps_a_default_body_that_fits_its_declaration() {
    let expanded = api(quote! {
        trait Shop {
            #[get("/orders")]
            async fn kept(&self, id: u64) -> Result<u64> { Ok(id) }

            #[get("/orders")]
            async fn replaced(self, (a, b): (u8, u8)) -> Result<u8> { Ok(a) }
        }
    });
    expanded
        .has(&quote!({ Ok(id) }))
        .has(&quote!(
            fn kept(&self, _: u64) -> ::afresh::Pending<Result<u64>> {
                ::core::unimplemented!()
            }
        ))
        .has_not(&quote!(Ok(a)))
        .has(&quote!(
            fn replaced(&self, _: (u8, u8)) -> ::afresh::Pending<Result<u8>> {
                ::core::unimplemented!()
            }
        ));
}

#[test]
fn a_trait_that_cannot_be_parsed_is_kept_and_gets_an_empty_client() {
    let expanded = api(quote! {
        pub trait Shop = Other;
    });
    expanded
        .has(&quote!(
            pub trait Shop = Other;
        ))
        .has(&quote!(pub struct ShopClient))
        .has_not(&quote!(Pending));
}

#[test]
fn errors_come_before_the_items_and_in_source_order() {
    let Expanded(text) = api(quote! {
        trait Shop {
            #[login]
            #[public]
            #[get("/a")]
            async fn first(&self, #[json] body: u8) -> Result<Tokens>;

            async fn second(&self) -> Result<()>;
        }
    });
    let places: Vec<Option<usize>> = ["bothlogin", "requesthasnobody", "methodsecond", "traitShop"]
        .iter()
        .map(|words| text.replace('`', "").find(words))
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {text}");
}

#[test]
fn a_trait_that_async_trait_has_rewritten_is_read_as_it_was() {
    let expanded = api(quote! {
        trait Shop {
            #[get("/orders/{id}")]
            #[must_use]
            fn order<'life0, 'life1, 'async_trait>(
                &'life0 self,
                id: &'life1 str,
            ) -> ::core::pin::Pin<Box<
                dyn ::core::future::Future<Output = Result<u8> > + ::core::marker::Send + 'async_trait
            >>
            where
                'life0: 'async_trait,
                'life1: 'async_trait,
                Self: 'async_trait;
        }
    });
    let Expanded(text) = expanded;
    assert_eq!(text.matches("compile_error").count(), 1, "{text}");
    assert!(text.contains("mustnothave`#[async_trait]`"), "{text}");
    assert!(
        text.contains("fnorder<'life0,'life1>(&'life0self,id:&'life1str)->::afresh::Pending<Result<u8>>"),
        "{text}"
    );
}

#[test]
fn an_unfinished_method_does_not_affect_others() {
    let halves = [
        quote!(async),
        quote!(async fn),
        quote!(async fn half),
        quote!(async fn half(&self)),
        quote!(async fn half(&self, n)),
        quote!(async fn half(&self, n:)),
        quote!(async fn half(&self, n: u8)),
        quote!(async fn half(&self) ->),
        quote!(async fn half(&self) -> Result<Or),
        quote!(half),
        quote!(fn),
    ];
    for half in halves {
        let expanded = api(quote! {
            trait Shop {
                #[get("/before")]
                async fn before(&self) -> Result<u8>;

                #half

                #[get("/after")]
                async fn after(&self) -> Result<u8>;
            }
        });
        expanded.has(&quote!(compile_error));
        for name in [quote!(before), quote!(after)] {
            expanded.has(&quote!(fn #name(&self) -> impl));
            expanded.has(&quote!(fn #name(&self) -> ::afresh::Pending<Result<u8> >));
            let described = format!("Shop::{name}");
            expanded.has(&quote!(#described));
        }
    }
}

#[test]
fn a_method_that_only_lacks_its_semicolon_is_generated() {
    let half = quote!(#[get("/half")] async fn half(&self) -> Result<u8>);
    for rest in [
        quote!(),
        quote!(
            #[get("/after")]
            async fn after(&self) -> Result<u8>;
        ),
    ] {
        let expanded = api(quote!(trait Shop { #half #rest }));
        expanded.has_not(&quote!(compile_error)).has(&quote!(fn half(&self) -> impl));
        expanded.has(&quote!(fn half(&self) -> ::afresh::Pending<Result<u8> >)).has(&quote!("Shop::half"));
    }
}

#[test]
fn a_method_that_hides_or_meets_one_of_every_client_is_refused() {
    let names = [
        "client",
        "clone",
        "clone_into",
        "into",
        "session",
        "to_owned",
        "try_into",
        "with_header",
        "with_session",
        "with_timeout",
    ];
    for name in names {
        let method = quote::format_ident!("{name}");
        let expanded = api(quote! {
            trait Shop {
                #[get("/orders")]
                async fn #method(&self) -> Result<()>;
            }
        });
        expanded.has(&quote!(::core::compile_error!));
    }
    let allowed =
        ["new", "builder", "clone_from", "borrow", "type_id", "fmt", "eq", "to_string", "timeout", "wait"];
    for name in allowed {
        let method = quote::format_ident!("{name}");
        let expanded = api(quote! {
            trait Shop {
                #[get("/orders")]
                async fn #method(&self) -> Result<()>;
            }
        });
        expanded.has_not(&quote!(::core::compile_error!));
    }
}
