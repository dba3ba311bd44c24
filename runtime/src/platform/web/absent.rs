//! Declares traits for features that do not exist in a browser. No type implements the traits in this file, so code
//! that uses a missing feature does not compile, and the error explains why.

macro_rules! absent {
    ($($(#[doc = $doc:literal])* $name:ident $message:literal $note:literal)*) => {$(
        $(#[doc = $doc])*
        #[diagnostic::on_unimplemented(message = $message, label = "not in a browser", note = $note)]
        pub trait $name {}
    )*};
}

absent! {
    /// Makes the methods `http`, `http_builder` and `transport` of builders, grants and authorization servers unusable
    /// in a browser.
    OtherTransports
        "in a browser, requests are sent with `fetch`, and there is no other transport"
        "call this method only under `#[cfg(not(target_family = \"wasm\"))]`; `ClientBuilder::credentials` sets the origins to which the browser sends cookies"
    /// Prevents the use of `ClientBuilder::runtime` in a browser.
    Runtimes
        "in a browser, everything runs on the event loop, and there is no other runtime"
        "call this method only under `#[cfg(not(target_family = \"wasm\"))]`"
    /// Prevents the use of `Client::execute` in a browser.
    HandWritten
        "in a browser, a client cannot send a hand-written request, because reqwest cannot create a response there"
        "declare a trait method for the request instead"
    /// Prevents the use of `Answer::into_response` in a browser.
    ReqwestResponses
        "in a browser, there is no `reqwest::Response`"
        "read the status, the headers and the body of the `Answer`"
    /// Prevents the use of `wait` and `wait_next` (feature `blocking`) in a browser.
    BlockedThreads
        "in a browser, no code can block, because the page has a single thread"
        "await the value instead; call this method only under `#[cfg(not(target_family = \"wasm\"))]`"
    /// Prevents the use of `CallInfo::of` in a browser.
    TowerLayers
        "in a browser, there are no tower layers, and no request has a `CallInfo`"
        "use `CallInfo` only under `#[cfg(not(target_family = \"wasm\"))]`"
    /// Prevents the use of `FileStore`, `Body::file` and `Part::file` in a browser.
    Files
        "a browser has no files"
        "to send the file of an input element, read the file into bytes; to share a session between tabs, use `TabStore`"
    /// Prevents the use of `KeyringStore` in a browser.
    Keyrings
        "a browser has no keyring"
        "use `TabStore` to share a session between tabs"
    /// Prevents the use of `RedisStore` in a browser.
    RedisServers
        "a browser cannot connect to Redis"
        "use `TabStore` to share a session between tabs"
    /// Prevents the use of `HyperTransport` in a browser.
    Sockets
        "a web page cannot open connections, so there is no `HyperTransport` in a browser"
        "build the client without a transport; its requests are sent with `fetch`"
    /// Prevents the use of `App::browser`, `Browser` and `Opened` in a browser.
    Listeners
        "a web page cannot listen for the response to a login"
        "use `App::redirect`, with the URL of your page"
}
