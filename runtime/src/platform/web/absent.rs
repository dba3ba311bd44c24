//! What a browser does not have. A use of it does not compile, and the error says why: nothing implements these traits.

macro_rules! absent {
    ($($(#[doc = $doc:literal])* $name:ident $message:literal $note:literal)*) => {$(
        $(#[doc = $doc])*
        #[diagnostic::on_unimplemented(message = $message, label = "not in a browser", note = $note)]
        pub trait $name {}
    )*};
}

absent! {
    /// For `ClientBuilder::http`, `http_builder` and `transport`.
    OtherTransports
        "in a browser, requests are sent with `fetch`, and there is no other transport"
        "call it under `#[cfg(not(target_family = \"wasm\"))]`; `ClientBuilder::credentials` says when cookies are sent"
    /// For `ClientBuilder::runtime`.
    Runtimes
        "in a browser, everything runs on the event loop, and there is no other runtime"
        "call it under `#[cfg(not(target_family = \"wasm\"))]`"
    /// For `Client::execute`.
    HandWritten
        "in a browser, a client cannot send a request that is written by hand, because reqwest cannot make a response there"
        "declare a method for the request"
    /// For `CallInfo::of`.
    TowerLayers
        "in a browser, there are no tower layers, and no request has a `CallInfo`"
        "use it under `#[cfg(not(target_family = \"wasm\"))]`"
    /// For `FileStore`, `Body::file` and `Part::file`.
    Files
        "a browser has no files"
        "read the file of an input element into bytes to send it; use `TabStore` to share a session between tabs"
    /// For `KeyringStore`.
    Keyrings
        "a browser has no keyring"
        "use `TabStore` to share a session between tabs"
    /// For `RedisStore`.
    RedisServers
        "a browser cannot connect to Redis"
        "use `TabStore` to share a session between tabs"
    /// For `HyperTransport`.
    Sockets
        "a browser opens no connections for a page, and there is no `HyperTransport`"
        "build the client without it; its requests are sent with `fetch`"
    /// For `App::browser`.
    Listeners
        "a page cannot listen for the answer of a login"
        "use `App::redirect`, with the URL of your page"
}
