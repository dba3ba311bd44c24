//! Tests `#[derive(ApiError)]` together with derives from crates that the compile tests do not depend on.

use quote::quote;

use super::expanded::{Expanded, plain};
use crate::derive::expand_api_error;

#[test]
fn thiserror_beside_the_derive_is_one_error_and_no_second_implementation() {
    let expanded = Expanded(plain(&expand_api_error(quote! {
        enum ShopError {
            #[error("not found")]
            #[status(404)]
            NotFound,
            #[error("{0}")]
            #[other]
            Other(afresh::Error),
        }
    })));
    expanded
        .has(&quote!(compile_error))
        .has(&quote!(impl ::core::convert::From<::afresh::Error> for ShopError))
        .has_not(&quote!(::core::fmt::Display for ShopError))
        .has_not(&quote!(::core::error::Error for ShopError));
    assert_eq!(expanded.0.matches("compile_error").count(), 1, "{}", expanded.0);
}

#[test]
fn thiserror_goes_with_from_only() {
    let expanded = Expanded(plain(&expand_api_error(quote! {
        #[api_error(from_only)]
        enum ShopError {
            #[error("{0}")]
            #[other]
            Other(afresh::Error),
        }
    })));
    expanded.has_not(&quote!(compile_error)).has(&quote!(::core::convert::From<::afresh::Error>));
}
