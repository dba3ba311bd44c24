//! Applies the derive macros to items that a `macro_rules!` macro generates, in a module where other items shadow
//! standard library names.
#![no_implicit_prelude]
#![allow(dead_code)]

mod runtime {
    pub use ::afresh::*;
}

struct Option;
struct Result;
struct Some;

macro_rules! declare {
    ($error:ident, $variant:ident, $code:literal, $text:literal, $answer:ident, $field:ident, $kind:ty) => {
        #[derive(::std::fmt::Debug, runtime::ApiError)]
        #[api_error(crate = runtime)]
        enum $error {
            #[doc = $text]
            #[status($code)]
            $variant,
            #[status(4xx)]
            Text($kind),
            #[other]
            Other(runtime::Error),
        }

        #[derive(runtime::AsTokens)]
        #[tokens(crate = runtime, refresh = "inner.token")]
        struct $answer {
            #[tokens(access)]
            $field: $kind,
            inner: Inner,
        }
    };
}

struct Inner {
    token: ::std::string::String,
}

declare!(ShopError, NotFound, 404, "not there", LoggedIn, jwt, ::std::string::String);

fn main() {
    ::std::assert_eq!(::std::string::ToString::to_string(&ShopError::NotFound), "not there");
    let inner = Inner { token: ::std::convert::Into::into("r") };
    let answer = LoggedIn { jwt: ::std::convert::Into::into("a"), inner };
    let tokens = runtime::AsTokens::as_tokens(&answer);
    ::std::assert_eq!(tokens, runtime::Tokens::new("a").with_refresh("r"));
}
