/// The names that are in scope for each mistake. Each generated crate that contains mistakes starts with this module.
pub mod prelude {
    pub use std::collections::HashMap;
    pub use std::marker::PhantomData;
    pub use std::path::PathBuf;
    pub use std::time::Duration;

    pub use afresh::{
        AccessToken, ApiError, AsTokens, Body, Events, FromSession, Items, Pages, Part, RefreshToken, Reply, Result,
        Tokens, api,
    };
    pub use bytes::Bytes;
    pub use serde::{Deserialize, Serialize};

    #[derive(Debug, Serialize, Deserialize)]
    pub struct Order {
        pub id: u64,
    }

    #[derive(Debug, Serialize)]
    pub struct NewOrder {
        pub id: u64,
    }

    #[derive(Debug, Serialize)]
    pub struct Page {
        pub size: u8,
    }

    #[derive(Debug)]
    pub struct Opaque;

    #[derive(Debug, Serialize, Deserialize)]
    pub struct View<'a> {
        pub name: &'a str,
    }

    #[derive(Debug, Deserialize, AsTokens)]
    pub struct MyTokens {
        #[tokens(access)]
        pub token: String,
    }

    /// A value that the session supplies and that is sent as the complete request body.
    #[derive(Debug)]
    pub struct SessionText(pub String);

    impl FromSession for SessionText {
        fn from_session(tokens: &Tokens) -> Option<Self> {
            tokens.access_token().map(|token| Self(token.secret().to_owned()))
        }
    }

    impl afresh::param::IntoBody for SessionText {
        fn into_body(self) -> Body {
            self.0.into_body()
        }
    }
}
