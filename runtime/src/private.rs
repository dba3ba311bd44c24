//! The whole list of what generated code may touch. Not part of the public API: the macros are pinned to
//! this exact version.

use crate::client::builder::ClientBuilder;
use crate::client::client::Client;
use crate::client::pending::{Decode, Pending, Running};
use crate::client::refresh_settings::declare;
use crate::error::Error;
use crate::refresh::method::TokensOf;
use crate::refresh::session_outcome::SessionOutcome;
use crate::response::decode::Outcome;
use crate::response::error_body::{self, ErrorBody};
use crate::response::reading::{ManyAnswers, OneAnswer, Reading};

pub use crate::client::api::Api;
pub use crate::declaration::condition::Condition;
pub use crate::declaration::endpoint::{ApiInfo, Endpoint, Role};
pub use crate::declaration::paging::Paging;
pub use crate::refresh::method::{Exchange, Refresh};
pub use crate::request::argument_type::{AnyArgument, argument_type};
pub use crate::request::call::Call;
pub use crate::request::part_type::{AnyPart, part_type};
pub use crate::response::result_type::{AnyResult, result_type};
pub use crate::session::TokenFields;
pub use crate::transport::upstream::Upstream as Wire;

/// Starts building a generated client.
pub fn builder<C: Api>(base_url: impl AsRef<str>) -> ClientBuilder<C> {
    ClientBuilder::new(base_url.as_ref())
}

/// A generated client over a client that other APIs may share. What its trait declares of the session
/// counts for all of them.
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "so that whoever gives it away need not know that it is bound anew"
)]
pub fn adopt<C: Api>(client: Client) -> C {
    declare::<C>(&client, None);
    C::from_client(client.bound_to(C::INFO))
}

/// A call of `endpoint`, to be given its arguments.
#[must_use]
pub fn call(client: &Client, endpoint: &'static Endpoint) -> Call {
    Call::new(client.upstream(), endpoint)
}

/// Sends an ordinary or public call.
pub fn send<R: Outcome<Via>, Via: OneAnswer>(client: &Client, call: Call) -> Pending<R> {
    Pending { running: started(client, call, R::READING), decode: R::of }
}

/// Sends a `#[pages]` call.
pub fn pages<R: Outcome<Via>, Via: ManyAnswers>(client: &Client, call: Call) -> Pending<R> {
    Pending { running: started(client, call, R::READING), decode: R::of }
}

/// Apart from the above, which are compiled for each type.
fn started(client: &Client, call: Call, reading: Reading) -> Running {
    let method = call.endpoint().name;
    Running::new(client.context().start(call, reading), method)
}

/// Sends a `#[login]` call.
pub fn login<R: SessionOutcome<Via>, Via>(client: &Client, call: Call) -> Pending<R> {
    let (method, tokens_of) = (call.endpoint().name, R::tokens_of as fn(&_) -> _);
    Pending { running: Running::new(client.context().start_login(call, tokens_of), method), decode: R::of }
}

/// Sends a `#[refresh]` call that was made by hand.
pub fn refresh<R>(client: &Client, call: Call, renewal: &Renewal<R>) -> Pending<R> {
    let method = call.endpoint().name;
    Pending {
        running: Running::new(client.context().start_refresh(call, renewal.tokens_of), method),
        decode: renewal.decode,
    }
}

/// What a `#[refresh]` method returns, to the runtime and to whoever calls it by hand.
#[derive(Debug)]
pub struct Renewal<R> {
    tokens_of: TokensOf,
    decode: Decode<R>,
}

/// Asked for by the method and by the exchange in the same words, so that what is wrong with the type is told once.
#[must_use]
pub fn renewal<R: SessionOutcome<Via>, Via>() -> Renewal<R> {
    Renewal { tokens_of: R::tokens_of, decode: R::of }
}

/// Sends a `#[logout]` call.
pub fn logout<R: Outcome<Via>, Via: OneAnswer>(client: &Client, call: Call) -> Pending<R> {
    let method = call.endpoint().name;
    Pending { running: Running::new(client.context().start_logout(call), method), decode: R::of }
}

/// A call that no session touches.
#[must_use]
pub fn bare_call(wire: &Wire, endpoint: &'static Endpoint) -> Call {
    Call::new(wire, endpoint)
}

/// The exchange that a `#[refresh]` method declares.
#[must_use]
pub fn exchange<R>(call: Call, renewal: &Renewal<R>) -> Exchange {
    Exchange { call, tokens_of: renewal.tokens_of }
}

/// The status that an `ApiError` sorts by; `None` if it is not the server's answer that is the failure.
#[must_use]
pub fn answered(error: &Error) -> Option<u16> {
    error_body::answered(error)
}

/// The body of the answer, if it is of this type.
#[must_use]
pub fn error_body<T: ErrorBody>(error: &Error) -> Option<T> {
    T::of(error)
}

/// What the `#[other]` variant holds.
#[diagnostic::on_unimplemented(
    message = "an `#[other]` variant must hold an `afresh::Error`, not `{Self}`",
    label = "not an `afresh::Error`",
    note = "write `Other(afresh::Error)`"
)]
pub trait OtherError {
    #[doc(hidden)]
    fn of(error: Error) -> Self;
}

impl OtherError for Error {
    fn of(error: Error) -> Self {
        error
    }
}

/// The source of the error in the `#[other]` variant.
pub fn error_source<T: 'static>(value: &T) -> Option<&(dyn std::error::Error + 'static)> {
    (value as &dyn std::any::Any).downcast_ref::<Error>().and_then(std::error::Error::source)
}

/// The value of the `#[other]` variant.
#[must_use]
pub fn other_error<T: OtherError>(error: Error) -> T {
    T::of(error)
}
