//! [`LogoutCall`] is a call to a `#[logout]` method. The parameters of a logout are filled from the session that the
//! logout ends. If the logout is sent again, the parameters are filled again.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::declaration::endpoint::Endpoint;
use crate::error::Result;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::session::{FromSession, Tokens};
use crate::transport::upstream::Upstream;

/// A function that writes one parameter into the logout call. The parameter's value comes from the session, or from the
/// caller's argument if the session has no such value.
type Fill = Box<dyn Fn(&mut Call, Option<&Tokens>) + Send>;

/// A logout call. Arguments from the caller are encoded first, and arguments whose values come from the session are
/// encoded last.
pub struct LogoutCall {
    call: Call,
    /// The functions that fill the path placeholders, in the order in which the placeholders appear in the path.
    path_fills: Vec<Fill>,
    fills: Vec<Fill>,
}

impl LogoutCall {
    pub(crate) fn new(upstream: &Upstream, endpoint: &'static Endpoint) -> Self {
        Self { call: Call::new(upstream, endpoint), path_fills: Vec::new(), fills: Vec::new() }
    }

    /// Returns the request, filled with the values from `tokens`, and a copy of this call for a second request.
    pub(super) fn prepare(self, tokens: Option<&Tokens>) -> Result<(Prepared, Option<Self>)> {
        let Self { call, path_fills, fills } = self;
        let is_filled = !(path_fills.is_empty() && fills.is_empty());
        let copy = if is_filled { call.share() } else { None };
        let mut filled = call;
        // Placeholders are filled from last to first, because inserting a value shifts the rest of the path.
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

/// The `Debug` output omits the arguments, which can be secrets.
impl fmt::Debug for LogoutCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogoutCall({})", self.call.endpoint().name)
    }
}

/// Represents the type of an argument, so that method resolution can decide whether the argument is filled from the
/// session. Arguments whose type implements [`FromSession`] are filled from the session.
#[derive(Debug)]
pub struct Argument<T>(PhantomData<fn() -> T>);

impl<T> Argument<T> {
    /// Creates the [`Argument`] that represents the type of `value`.
    #[must_use]
    pub fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// This trait is implemented for arguments whose values come from the session.
pub trait OwnedArgument {
    /// Returns a marker whose `place` method adds the argument to the request.
    fn kind(&self) -> Owned {
        Owned
    }
}

impl<T: FromSession + Send + 'static> OwnedArgument for &&Argument<T> {}

/// This trait is implemented for references to values that come from the session.
pub trait BorrowedArgument {
    /// Returns a marker whose `place` method adds the argument to the request.
    fn kind(&self) -> Borrowed {
        Borrowed
    }
}

impl<T: FromSession + Clone + Send + 'static> BorrowedArgument for &Argument<&T> {}

/// This trait is implemented for the arguments that the caller of the logout method passes, as opposed to those that
/// the session supplies.
pub trait OtherArgument {
    /// Returns a marker whose `place` method adds the argument to the request.
    fn kind(&self) -> Other {
        Other
    }
}

impl<T> OtherArgument for Argument<T> {}

/// Adds an argument whose value comes from the session.
#[derive(Clone, Copy, Debug)]
pub struct Owned;

/// Adds a borrowed argument whose value comes from the session.
#[derive(Clone, Copy, Debug)]
pub struct Borrowed;

/// Adds an argument whose value comes from the caller.
#[derive(Clone, Copy, Debug)]
pub struct Other;

#[allow(
    clippy::unused_self,
    reason = "generated code calls the method on the type that method resolution selects"
)]
impl Owned {
    /// Adds the argument's current value from the session to the request, or adds `value` if the session has none.
    pub fn place<T: FromSession + Send + 'static>(
        self,
        logout: &mut LogoutCall,
        value: T,
        encode: fn(&mut Call, &T),
    ) {
        logout.fills.push(Box::new(move |call, tokens| encode_current(call, tokens, &value, encode)));
    }

    /// Works like `place`, but inserts the value into a path placeholder.
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

/// Encodes the argument's current value from the session, or `value` if the session has none.
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
    reason = "generated code calls the method on the type that method resolution selects"
)]
impl Borrowed {
    /// Adds the argument's current value from the session to the request, or adds `value` if the session has none.
    pub fn place<T: FromSession + Clone + Send + 'static>(
        self,
        logout: &mut LogoutCall,
        value: &T,
        encode: fn(&mut Call, &T),
    ) {
        Owned.place(logout, value.clone(), encode);
    }

    /// Works like `place`, but inserts the value into a path placeholder.
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
    reason = "generated code calls the method on the type that method resolution selects"
)]
impl Other {
    /// Adds `value`, which comes from the caller, to the request.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "all three types share this signature, so that the generated code is identical"
    )]
    pub fn place<T>(self, logout: &mut LogoutCall, value: T, encode: fn(&mut Call, &T)) {
        encode(&mut logout.call, &value);
    }

    /// Works like `place`, but inserts the value into a path placeholder.
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
