//! Lists the public names in the crate root and in the public modules.

#![allow(unused_imports)]

/// The crate root exports 35 names. A derive macro and its trait have the same name.
mod root {
    pub use afresh::{
        AccessToken, ApiError, AsTokens, Body, ByteStream, CallInfo, CallKind, Client, ClientBuilder,
        CookieSession, Error, Event, Events, FileStore, FromSession, Items, Lines, MemoryStore, Pages, Part,
        Pending, Problem, Receipt, RefreshToken, Refresher, Rejection, Reply, Result, Retry, RetryBudget,
        Session, SessionEvent, SessionState, Tokens, api,
    };
}

mod modules {
    pub use afresh::oauth2::{
        App, AuthorizationRequest, ClientAuth, ClientCredentials, RefreshTokenGrant, Server,
    };
    pub use afresh::store::{
        FileStore, KeyringStore, MemoryStore, RedisStore, SealKey, Sealed, SessionStore,
    };
    pub use afresh::transport::{HyperTransport, RequestCredentials};
}
