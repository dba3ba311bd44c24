//! A `#[logout]` call: [`LogoutCall`]. The parameters of a logout are filled from the session that the logout ends. A
//! second send fills the parameters again.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::declaration::endpoint::Endpoint;
use crate::error::Result;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::session::{FromSession, Tokens};
use crate::transport::upstream::Upstream;

/// A function that writes one parameter into the call. The parameter's value comes from the session, or from the
/// caller's argument if the session has no such value.
type Fill = Box<dyn Fn(&mut Call, Option<&Tokens>) + Send>;

/// A logout whose arguments are encoded in order. Arguments whose values come from the session are encoded last.
pub struct LogoutCall {
    call: Call,
    /// The functions that fill the placeholders of the path, in order.
    path_fills: Vec<Fill>,
    fills: Vec<Fill>,
}

impl LogoutCall {
    pub(crate) fn new(upstream: &Upstream, endpoint: &'static Endpoint) -> Self {
        Self { call: Call::new(upstream, endpoint), path_fills: Vec::new(), fills: Vec::new() }
    }

    /// Returns the request with the values of `tokens`, and the remaining call from which a second request can be
    /// built.
    pub(super) fn prepare(self, tokens: Option<&Tokens>) -> Result<(Prepared, Option<Self>)> {
        let Self { call, path_fills, fills } = self;
        let is_filled = !(path_fills.is_empty() && fills.is_empty());
        let copy = if is_filled { call.share() } else { None };
        let mut filled = call;
        // The last placeholder is filled first, because inserting a value shifts all text after it in the path.
        for fill in path_fills.iter().rev().chain(&fills) {
            fill(&mut filled, tokens);
        }
        Ok((filled.prepare()?, copy.map(|call| Self { call, path_fills, fills })))
    }
}

impl Deref for LogoutCall {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.call
    }
}

impl DerefMut for LogoutCall {
    fn deref_mut(&mut self) -> &mut Call {
        &mut self.call
    }
}

/// The output omits the arguments, which may be secrets.
impl fmt::Debug for LogoutCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogoutCall({})", self.call.endpoint().name)
    }
}

/// The type of an argument. An argument whose type implements [`FromSession`] is filled from the session. Method
/// resolution decides whether an argument is filled from the session.
#[derive(Debug)]
pub struct Argument<T>(PhantomData<fn() -> T>);

impl<T> Argument<T> {
    /// Returns the type of `value`.
    #[must_use]
    pub fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// Implemented for an argument whose value comes from the session.
pub trait OwnedArgument {
    /// Chooses how the argument is added to the request.
    fn kind(&self) -> Owned {
        Owned
    }
}

impl<T: FromSession + Send + 'static> OwnedArgument for &&Argument<T> {}

/// Implemented for a reference to a value that comes from the session.
pub trait BorrowedArgument {
    /// Chooses how the argument is added to the request.
    fn kind(&self) -> Borrowed {
        Borrowed
    }
}

impl<T: FromSession + Clone + Send + 'static> BorrowedArgument for &Argument<&T> {}

/// Implemented for all other arguments.
pub trait OtherArgument {
    /// Chooses how the argument is added to the request.
    fn kind(&self) -> Other {
        Other
    }
}

impl<T> OtherArgument for Argument<T> {}

/// Adds an argument whose value comes from the session.
#[derive(Clone, Copy, Debug)]
pub struct Owned;

/// Adds a reference to a value that comes from the session.
#[derive(Clone, Copy, Debug)]
pub struct Borrowed;

/// Adds an argument from the caller.
#[derive(Clone, Copy, Debug)]
pub struct Other;

#[allow(
    clippy::unused_self,
    reason = "generated code calls the function on the type that method resolution chooses"
)]
impl Owned {
    /// Adds the value from the session, or `value` if the session has no value.
    pub fn place<T: FromSession + Send + 'static>(
        self,
        logout: &mut LogoutCall,
        value: T,
        encode: fn(&mut Call, &T),
    ) {
        logout.fills.push(Box::new(move |call, tokens| encode_current(call, tokens, &value, encode)));
    }

    /// Works like `place`, but writes the value to a placeholder in the path.
    pub fn place_in_path<T: FromSession + Send + 'static>(
        self,
        logout: &mut LogoutCall,
        value: T,
        encode: fn(&mut Call, &T),
    ) {
        let at = logout.call.skip_placeholder();
        logout.path_fills.push(Box::new(move |call, tokens| {
            call.fill_placeholder(at, |call| encode_current(call, tokens, &value, encode));
        }));
    }
}

/// Encodes the value from the session, or the caller's argument if the session has no value.
fn encode_current<T: FromSession>(
    call: &mut Call,
    tokens: Option<&Tokens>,
    value: &T,
    encode: fn(&mut Call, &T),
) {
    match tokens.and_then(T::from_session) {
        Some(current) => encode(call, &current),
        None => encode(call, value),
    }
}

#[allow(
    clippy::unused_self,
    reason = "generated code calls the function on the type that method resolution chooses"
)]
impl Borrowed {
    /// Adds the value from the session, or `value` if the session has no value.
    pub fn place<T: FromSession + Clone + Send + 'static>(
        self,
        logout: &mut LogoutCall,
        value: &T,
        encode: fn(&mut Call, &T),
    ) {
        Owned.place(logout, value.clone(), encode);
    }

    /// Works like `place`, but writes the value to a placeholder in the path.
    pub fn place_in_path<T: FromSession + Clone + Send + 'static>(
        self,
        logout: &mut LogoutCall,
        value: &T,
        encode: fn(&mut Call, &T),
    ) {
        Owned.place_in_path(logout, value.clone(), encode);
    }
}

#[allow(
    clippy::unused_self,
    reason = "generated code calls the function on the type that method resolution chooses"
)]
impl Other {
    /// Adds `value` to the request.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "all three types have this signature, so that generated code is the same"
    )]
    pub fn place<T>(self, logout: &mut LogoutCall, value: T, encode: fn(&mut Call, &T)) {
        encode(&mut logout.call, &value);
    }

    /// Works like `place`, but writes the value to a placeholder in the path.
    pub fn place_in_path<T>(self, logout: &mut LogoutCall, value: T, encode: fn(&mut Call, &T)) {
        self.place(logout, value, encode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__private as private;
    use crate::Client;
    use crate::declaration::endpoint::ApiInfo;

    static API: ApiInfo = ApiInfo::new("Shop");
    static LOGOUT: Endpoint = Endpoint::new(&API, "Shop::logout", "POST", &["/logout"]).logout();

    #[test]
    fn the_debug_output_of_a_logout_has_the_method_name_and_no_argument() {
        let client = Client::builder("https://shop.test").build().unwrap();
        let mut logout = private::logout_call(&client, &LOGOUT);
        logout.body("secret");
        assert_eq!(format!("{logout:?}"), "LogoutCall(Shop::logout)");
    }
}
