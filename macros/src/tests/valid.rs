//! Tests the code that is generated for valid traits.

use quote::quote;

use super::expanded::{Expanded, api, plain};
use crate::expand::expand;

#[test]
fn a_method_encodes_its_parameters_and_sends_the_call() {
    let expanded = api(quote! {
        pub trait Shop {
            #[put("/orders/{id}")]
            async fn order(&self, #[query] page: u8, id: u64, #[json] order: &Order) -> Result<Order>;
        }
    });
    expanded.has(&quote! {
        fn order(&self, page: u8, id: u64, order: &Order) -> ::afresh::Pending<Result<Order> > {
            #[allow(unused_imports)]
            use ::afresh::__private::AnyResult as _;
            #[allow(unused_imports)]
            use ::afresh::__private::AnyArgument as _;
            ::afresh::__private::result_type::<Result<Order> >().without_role();
            ::afresh::__private::argument_type(&order).without_role();
            let mut __afresh_call = ::afresh::__private::call(&self.client, const {
                &::afresh::__private::Endpoint::new(
                    <__afresh_Shop_order::ShopClient as ::afresh::__private::Api>::INFO,
                    "Shop::order",
                    "PUT",
                    &["/orders/", ""],
                )
                .template("/orders/{id}")
            });
            let _ = id;
            __afresh_call.path("id", &id);
            __afresh_call.query("page", &page);
            __afresh_call.json(&order);
            ::afresh::__private::send::<Result<Order>, _>(&self.client, __afresh_call)
        }
    });
}

#[test]
fn a_method_without_values_needs_no_mutable_call() {
    let expanded = api(quote! {
        trait Shop {
            #[get("/")]
            async fn root(&self) -> Result<()>;
        }
    });
    expanded.has(&quote!(let __afresh_call = ::afresh::__private::call)).has_not(&quote!(let mut));
}

#[test]
fn a_default_body_stays_in_the_trait_and_the_client_sends_the_call() {
    let expanded = api(quote! {
        trait Shop {
            #[get("/orders/{id}")]
            async fn order(&self, id: u64, #[cfg(unix)] #[query] page: u8) -> Result<()> {
                unimplemented!()
            }
        }
    });
    expanded
        .has(&quote! {
            fn order(&self, id: u64, #[cfg(unix)] page: u8)
                -> impl ::core::future::Future<Output = Result<()> > + ::core::marker::Send
            {
                let _ = &id;
                #[cfg(unix)]
                let _ = &page;
                async move {
                    if let ::core::option::Option::Some(__afresh_result) = ::core::option::Option::None::<Result<()> > {
                        return __afresh_result;
                    }
                    { unimplemented!() }
                }
            }
        })
        .has(&quote!(fn order(&self, id: u64, #[cfg(unix)] page: u8) -> ::afresh::Pending<Result<()> >))
        .has(&quote!(::afresh::__private::send::<Result<()>, _>));
}

#[test]
fn the_route_is_the_last_line_of_the_docs() {
    let expanded = api(quote! {
        trait Shop {
            #[doc = " One order."]
            #[must_use]
            #[get("/orders/{id}")]
            async fn order(&self, id: u64) -> Result<()>;

            #[get("/health")]
            async fn health(&self) -> Result<()>;
        }
    });
    expanded
        .has(&quote!(#[doc = " One order."] #[must_use] #[doc = ""] #[doc = " `GET /orders/{id}`"] fn order))
        .has(&quote!(#[doc = " `GET /health`"] fn health))
        .has_not(&quote!(#[doc = ""] #[doc = " `GET /health`"]));
}

#[test]
fn cfg_and_lint_levels_apply_to_trait_and_client_and_other_attributes_to_the_trait_only() {
    let expanded = api(quote! {
        trait Shop {
            #[cfg(unix)]
            #[deprecated]
            #[expect(clippy::all)]
            #[deny(unused)]
            #[inline]
            #[get("/")]
            async fn root(&self, #[cfg(unix)] #[query] page: u8) -> Result<()>;
        }
    });
    expanded
        .has(&quote!(#[cfg(unix)] #[deprecated] #[expect(clippy::all)] #[deny(unused)] #[inline] #[doc = " `GET /`"] fn root))
        .has(&quote!(#[cfg(unix)] #[allow(clippy::all)] #[deny(unused)] fn root(&self, #[cfg(unix)] page: u8)))
        .has(&quote!(#[cfg(unix)] __afresh_call.query("page", &page);));
}

#[test]
fn a_refresh_method_also_generates_a_function_for_the_session() {
    let expanded = api(quote! {
        trait Shop {
            #[refresh]
            #[post("/refresh")]
            async fn refresh(&self, #[json("t")] token: RefreshToken) -> Result<Tokens>;
        }
    });
    expanded
        .has(&quote!(let token = <RefreshToken as ::afresh::FromSession>::from_session(__afresh_tokens)?;))
        .has(&quote!(::afresh::__private::refresh_outcome::<Result<Tokens>, _>()))
        .has(&quote!(&::afresh::__private::ApiInfo::new("Shop").with_session()))
        .has(&quote!(::core::option::Option::Some(::afresh::__private::Refresh::new(__afresh_refresh))));
}

#[test]
fn a_refresh_without_parameters_relies_on_a_cookie() {
    let expanded = api(quote! {
        trait Shop {
            #[refresh]
            #[post("/refresh")]
            async fn refresh(&self) -> Result<Tokens>;
        }
    });
    expanded.has(&quote!(Refresh::by_cookie(__afresh_refresh)));
}

#[test]
fn a_refresh_method_under_cfg_puts_the_description_under_cfg() {
    let expanded = api(quote! {
        trait Shop {
            #[cfg(unix)]
            #[refresh]
            #[post("/refresh")]
            async fn refresh(&self) -> Result<Tokens>;
        }
    });
    expanded.has(&quote!(#[cfg(unix)] fn __afresh_refresh)).has(&quote!(#[cfg(unix)] const REFRESH)).has(
        &quote! {
            let __afresh_info = ::afresh::__private::ApiInfo::new("Shop");
            #[cfg(unix)]
            let __afresh_info = __afresh_info.with_session();
            __afresh_info
        },
    );
}

#[test]
fn with_another_path_to_the_runtime_the_default_path_does_not_appear() {
    let item = quote! {
        trait Shop {
            #[refresh]
            #[post("/refresh")]
            async fn refresh(&self, #[json("t")] token: RefreshToken) -> Result<Tokens>;
        }
    };
    let expanded = Expanded(plain(&expand(quote!(crate = crate::net::runtime), item)));
    expanded.has(&quote!(crate::net::runtime::__private::Api)).has_not(&quote!(::afresh));
}

#[test]
fn the_description_holds_exactly_the_given_settings() {
    let arguments = quote!(
        refresh_on(401, 419),
        expired_when(json("/error") == "token_expired", json("/code") == -17),
        forbidden_when(json("") == true),
        scheme = none,
        token_header = "X-Auth"
    );
    let expanded = Expanded(plain(&expand(
        arguments,
        quote!(
            trait Shop {}
        ),
    )));
    expanded.has(&quote! {
        &::afresh::__private::ApiInfo::new("Shop")
            .refresh_on(&[401, 419])
            .expired_when(&[
                ::afresh::__private::Condition::Text("/error", "token_expired"),
                ::afresh::__private::Condition::Integer("/code", -17)
            ])
            .forbidden_when(&[::afresh::__private::Condition::Boolean("", true)])
            .bare_token()
            .token_header("x-auth")
    });
    api(quote!(
        trait Shop {}
    ))
    .has(&quote!(&::afresh::__private::ApiInfo::new("Shop");));
}

#[test]
fn rules_about_the_response_are_part_of_the_description() {
    let expanded = api(quote! {
        trait Shop {
            #[timeout("1m 30s")]
            #[none_on(404, 410)]
            #[get("/a")]
            async fn a(&self) -> Result<Option<u8>>;
            #[pages(cursor = "/meta/next")]
            #[get("/b")]
            async fn b(&self) -> Result<Pages<u8>>;
        }
    });
    expanded
        .has(&quote!(.timeout(90000).none_on(&[404, 410])))
        .has(&quote!(.pages(::afresh::__private::Paging::cursor("/meta/next", "cursor"))));
}

#[test]
fn parts_are_moved_cookies_are_borrowed_and_a_rest_placeholder_has_its_own_encoder() {
    let expanded = api(quote! {
        trait Shop {
            #[post("/{id}/{rest*}")]
            async fn a(&self, #[part("p")] part: Part, #[cookie] theme: &str, rest: &str, id: u8) -> Result<()>;
        }
    });
    expanded.has(&quote! {
        #[allow(unused_imports)]
        use ::afresh::__private::AnyPart as _;
        let _ = id;
        __afresh_call.path("id", &id);
        let _ = rest;
        __afresh_call.path_rest("rest", &rest);
        __afresh_call.part("p", ::afresh::__private::part_type(&part).via(), part);
        __afresh_call.cookie("theme", &theme);
    });
}

#[test]
fn a_dyn_type_forwards_to_an_erased_trait_with_boxed_futures_of_one_lifetime() {
    let item = quote! {
        pub trait Shop {
            #[get("/{id}")]
            async fn order<'a>(&self, id: &'a str, #[query] q: &'static str) -> Result<u8>;
        }
    };
    let expanded = Expanded(plain(&expand(quote!(dyn), item)));
    expanded
        .has(&quote!(pub struct DynShop { inner: ::std::sync::Arc<dyn __AfreshErasedShop>, }))
        .has(&quote! {
            fn __afresh_dyn_order<'__afresh>(&'__afresh self, __afresh_0: &'__afresh str, __afresh_1: &'static str)
                -> ::core::pin::Pin<::std::boxed::Box<
                    dyn ::core::future::Future<Output = Result<u8> > + ::core::marker::Send + '__afresh
                >>
        })
        .has(&quote! {
            async move {
                <dyn __AfreshErasedShop as __AfreshErasedShop>::__afresh_dyn_order(&**self.__afresh_inner(), __afresh_0, __afresh_1).await
            }
        });
}

#[test]
fn there_is_no_dyn_type_without_the_dyn_argument() {
    let expanded = api(quote! {
        trait Shop {
            #[get("/")]
            async fn root(&self) -> Result<()>;
        }
    });
    expanded.has_not(&quote!(DynShop)).has_not(&quote!(__AfreshErased));
}
