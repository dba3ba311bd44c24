//! Contains all items that only generated code uses. The items in this module are not part of the public API and can
//! change in any version. The macros and the runtime must have exactly the same version.
//!
//! Generated code also uses items from the public API. `RuntimeItem` in `macros/src/names.rs` lists all items that
//! generated code uses.

use crate::client::builder::ClientBuilder;
use crate::client::client::Client;
use crate::client::pending::{Decode, Pending, Running};
use crate::client::refresh_settings::declare;
use crate::error::{Error, OtherError};
use crate::execute::start_role::RoleStart;
use crate::refresh::method::TokensOf;
use crate::refresh::session_outcome::SessionOutcome;
use crate::response::decode::Outcome;
use crate::response::error_body::{self, ErrorBody};
use crate::response::reading::{ManyAnswers, OneAnswer, Reading};

pub use http::HeaderName;

pub use crate::client::api::Api;
pub use crate::declaration::condition::Condition;
pub use crate::declaration::endpoint::{ApiInfo, Endpoint, Role};
pub use crate::declaration::paging::Paging;
pub use crate::execute::logout_call::LogoutCall;
pub use crate::refresh::method::{Refresh, RefreshRequest};
pub use crate::request::argument_type::{AnyArgument, argument_type};
pub use crate::request::call::Call;
pub use crate::request::header_option::HeaderOption;
pub use crate::request::outliving::Outliving;
pub use crate::request::part_type::{AnyPart, part_type};
pub use crate::response::result_type::{AnyResult, result_type};
pub use crate::session::TokenFields;
pub use crate::transport::upstream::Upstream;

/// Starts building a generated client.
pub fn builder<C: Api>(base_url: impl AsRef<str>) -> ClientBuilder<C> {
    ClientBuilder::new(base_url.as_ref())
}

/// Wraps a client that several APIs can share. The session settings that the trait declares apply to all APIs that
/// share this client.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the signature matches that of the generated `new`")]
pub fn wrap_client<C: Api>(client: Client) -> C {
    declare::<C>(&client, client.upstream(), None);
    C::from_client(client.bound_to(C::INFO))
}

/// Creates a call to `endpoint` without arguments. Generated code adds the arguments to the created call.
#[must_use]
pub fn call(client: &Client, endpoint: &'static Endpoint) -> Call {
    Call::new(client.upstream(), endpoint)
}

/// Sends a call to a method that is not a login, refresh or logout method.
pub fn send<R: Outcome<Via>, Via: OneAnswer>(client: &Client, call: Call) -> Pending<R> {
    Pending { running: started(client, call, R::READING), decode: R::of }
}

/// Sends a `#[pages]` call.
pub fn pages<R: Outcome<Via>, Via: ManyAnswers>(client: &Client, call: Call) -> Pending<R> {
    Pending { running: started_pages(client, call, R::READING), decode: R::of }
}

/// Starts the call in a function that is not generic, so that this code is compiled only once.
fn started(client: &Client, call: Call, reading: Reading) -> Running {
    let method = call.endpoint().name;
    Running::new(client.context().start(call, reading), method)
}

/// This function is not generic, so it is compiled only once.
fn started_pages(client: &Client, call: Call, reading: Reading) -> Running {
    let method = call.endpoint().name;
    Running::new(client.context().start_pages(call, reading), method)
}

/// Sends a `#[login]` call.
pub fn login<R: SessionOutcome<Via>, Via>(client: &Client, call: Call) -> Pending<R> {
    let (method, tokens_of) = (call.endpoint().name, R::tokens_of as fn(&_) -> _);
    Pending {
        running: Running::new(client.context().start_with_role(RoleStart::Login(call, tokens_of)), method),
        decode: R::of,
    }
}

/// Sends a `#[refresh]` call that the program makes explicitly.
pub fn refresh<R>(client: &Client, call: Call, outcome: &RefreshOutcome<R>) -> Pending<R> {
    let method = call.endpoint().name;
    Pending {
        running: Running::new(
            client.context().start_with_role(RoleStart::Refresh(call, outcome.tokens_of)),
            method,
        ),
        decode: outcome.decode,
    }
}

/// Two functions that read the response to a `#[refresh]` method: one reads the tokens for the runtime, and the other
/// reads the return value for the caller.
#[derive(Debug)]
pub struct RefreshOutcome<R> {
    tokens_of: TokensOf,
    decode: Decode<R>,
}

/// Returns the functions that read the response to a `#[refresh]` method. Generated code calls this function in only
/// one place, so the compiler reports a wrong return type only once.
#[must_use]
pub fn refresh_outcome<R: SessionOutcome<Via>, Via>() -> RefreshOutcome<R> {
    RefreshOutcome { tokens_of: R::tokens_of, decode: R::of }
}

/// Creates a `#[logout]` call without arguments. Generated code adds the arguments to the created call.
#[must_use]
pub fn logout_call(client: &Client, endpoint: &'static Endpoint) -> LogoutCall {
    LogoutCall::new(client.upstream(), endpoint)
}

/// Represents the type of an argument, which determines how the argument is added to a `#[logout]` call.
pub mod logout_argument {
    pub use crate::execute::logout_call::{Argument, BorrowedArgument, OtherArgument, OwnedArgument};
}

/// Sends a `#[logout]` call.
pub fn logout<R: Outcome<Via>, Via: OneAnswer>(client: &Client, call: LogoutCall) -> Pending<R> {
    let method = call.endpoint().name;
    Pending {
        running: Running::new(client.context().start_with_role(RoleStart::Logout(call)), method),
        decode: R::of,
    }
}

/// Creates a call to a `#[refresh]` method. The call does not use the session.
#[must_use]
pub fn refresh_call(upstream: &Upstream, endpoint: &'static Endpoint) -> Call {
    Call::new(upstream, endpoint)
}

/// Creates the token request that a `#[refresh]` method declares.
#[must_use]
pub fn refresh_request<R>(call: Call, outcome: &RefreshOutcome<R>) -> RefreshRequest {
    RefreshRequest { call, tokens_of: outcome.tokens_of }
}

/// Returns the status code that determines the variant of an `ApiError`. Returns `None` if the error does not report a
/// response from the server.
#[must_use]
pub fn error_status(error: &Error) -> Option<u16> {
    error_body::error_status(error)
}

/// Returns the body of the server's response, or `None` if the body cannot be read as `T`.
#[must_use]
pub fn error_body<T: ErrorBody>(error: &Error) -> Option<T> {
    T::of(error)
}

/// Returns the source of the error that the `#[other]` variant contains.
pub fn error_source<T: 'static>(value: &T) -> Option<&(dyn std::error::Error + 'static)> {
    (value as &dyn std::any::Any).downcast_ref::<Error>().and_then(std::error::Error::source)
}

/// Writes the message of the error that the `#[other]` variant contains. The function accepts any type, because a field
/// with a wrong type already causes a compile error in the generated `From` implementation.
pub fn display_other<T: 'static>(value: &T, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    match (value as &dyn std::any::Any).downcast_ref::<Error>() {
        Some(error) => std::fmt::Display::fmt(error, out),
        None => Ok(()),
    }
}

/// Converts the error into the value that the `#[other]` variant contains.
#[must_use]
pub fn other_error<T: OtherError>(error: Error) -> T {
    T::of(error)
}
