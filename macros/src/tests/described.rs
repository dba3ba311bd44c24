//! Tests the constants that describe an API and its methods to the runtime.

use quote::quote;

use super::expanded::{Expanded, api, plain};
use crate::expand::expand;

#[test]
fn every_form_of_pages_has_its_constant() {
    for (written, constant) in [
        (quote!(link), quote!(link())),
        (quote!(link, rebase), quote!(link().rebase())),
        (quote!(url = "/next", rebase), quote!(url("/next").rebase())),
        (quote!(cursor = "/meta/next", into = "after"), quote!(cursor("/meta/next", "after"))),
        (quote!(header = "X-Next", into = "page"), quote!(header("x-next", "page"))),
        (
            quote!(last = "/id", into = "after", more = "/has_more"),
            quote!(last("/id", "after").more("/has_more")),
        ),
        (quote!(number = "page", items = "/data"), quote!(number("page").items("/data"))),
        (quote!(offset = "skip", items = ""), quote!(offset("skip").items(""))),
    ] {
        let expanded = api(quote! {
            trait Shop {
                #[pages(#written)]
                #[get("/b")]
                async fn b(&self) -> Result<Pages<u8>>;
            }
        });
        expanded.has(&quote!(.pages(::afresh::__private::Paging::#constant)));
    }
}

#[test]
fn the_end_of_a_session_and_idempotency_are_described() {
    let arguments = quote!(session_ends_on(401, 403), session_ends_when(json("/error/code") == "X"));
    let item = quote! {
        trait Shop {
            #[refresh]
            #[post("/refresh")]
            async fn refresh(&self) -> Result<Tokens>;
            #[idempotent]
            #[post("/a")]
            async fn a(&self) -> Result<u8>;
            #[idempotency_key]
            #[post("/b")]
            async fn b(&self) -> Result<u8>;
            #[idempotency_key("X-Request-Id")]
            #[post("/c")]
            async fn c(&self) -> Result<u8>;
        }
    };
    let expanded = Expanded(plain(&expand(arguments, item)));
    expanded
        .has(&quote!(.session_ends_on(&[401, 403])))
        .has(&quote!(.session_ends_when(&[::afresh::__private::Condition::Text("/error/code", "X")])))
        .has(&quote!(.idempotent()))
        .has(&quote!(.idempotency_key("idempotency-key")))
        .has(&quote!(.idempotency_key("x-request-id")));
}

#[test]
fn a_json_constant_is_a_string_an_integer_or_a_boolean() {
    let expanded = api(quote! {
        trait Shop {
            #[json("k" = "v", "n" = 7, "on" = true)]
            #[post("/a")]
            async fn a(&self) -> Result<u8>;
        }
    });
    expanded.has(&quote! {
        __afresh_call.json_member("k", "v");
        __afresh_call.json_member("n", &7i64);
        __afresh_call.json_member("on", &true);
    });
}
