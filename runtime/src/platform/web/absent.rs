//! Declares traits for features that do not exist in a browser. No type implements these traits, so code that uses such
//! a feature does not compile, and the error explains why.

macro_rules! absent {
    ($($(#[doc = $doc:literal])* $name:ident $message:literal $note:literal)*) => {$(
        $(#[doc = $doc])*
        #[diagnostic::on_unimplemented(message = $message, label = "not in a browser", note = $note)]
        pub trait $name {}
    )*};
}

absent! {
    /// A trait for the methods `http`, `http_builder` and `transport` of a builder, a grant or an authorization server.
    OtherTransports
        "in a browser, requests are sent with `fetch`, and there is no other transport"
        "call this method only under `#[cfg(not(target_family = \"wasm\"))]`; `ClientBuilder::credentials` sets when cookies are sent"
    /// A trait for `ClientBuilder::runtime`.
    Runtimes
        "in a browser, everything runs on the event loop, and there is no other runtime"
        "call this method only under `#[cfg(not(target_family = \"wasm\"))]`"
    /// A trait for `Client::execute`.
    HandWritten
        "in a browser, a client cannot send a request that is written by hand, because reqwest cannot make a response there"
        "declare a method for the request"
    /// A trait for `Answer::into_response`.
    ReqwestResponses
        "in a browser, there is no `reqwest::Response`"
        "read the status, the headers and the body of the `Answer`"
    /// A trait for the methods `wait` and `wait_next` of the feature `blocking`.
    BlockedThreads
        "in a browser, no code can block, because the page has a single thread"
        "await the value instead; call this method only under `#[cfg(not(target_family = \"wasm\"))]`"
    /// A trait for `CallInfo::of`.
    TowerLayers
        "in a browser, there are no tower layers, and no request has a `CallInfo`"
        "use `CallInfo` only under `#[cfg(not(target_family = \"wasm\"))]`"
    /// A trait for `FileStore`, `Body::file` and `Part::file`.
    Files
        "a browser has no files"
        "read the file of an input element into bytes to send it; use `TabStore` to share a session between tabs"
    /// A trait for `KeyringStore`.
    Keyrings
        "a browser has no keyring"
        "use `TabStore` to share a session between tabs"
    /// A trait for `RedisStore`.
    RedisServers
        "a browser cannot connect to Redis"
        "use `TabStore` to share a session between tabs"
    /// A trait for `HyperTransport`.
    Sockets
        "a browser opens no connections for a page, and there is no `HyperTransport`"
        "build the client without a transport; its requests are sent with `fetch`"
    /// A trait for `App::browser`, `Browser` and `Opened`.
    Listeners
        "a page cannot listen for the answer of a login"
        "use `App::redirect`, with the URL of your page"
}
