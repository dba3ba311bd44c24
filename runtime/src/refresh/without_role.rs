//! Rejects types that only methods with a role, such as `#[login]`, can use. Without the checks in this file, a method
//! that returns tokens but has no role would silently fail to start a session. This file also rejects argument types
//! such as [`RefreshToken`] for the whole body of a `#[logout]` method, or for a part of that body, because the runtime
//! cannot fill these arguments from the session.

use crate::request::argument_type::ArgumentType;
use crate::response::result_type::ResultType;
use crate::session::{AsTokens, FromSession, RefreshToken};

/// The return types that are allowed if no method of the trait has a role: all types except tokens.
#[diagnostic::on_unimplemented(
    message = "a method that returns `{Self}` must have a role, because no method of the trait has one",
    label = "these tokens do not start a session",
    note = "add `#[login]` or `#[refresh]` to the method"
)]
pub trait OrdinaryValue {}

/// The argument types that are allowed for a method without a role: all types except refresh tokens.
#[diagnostic::on_unimplemented(
    message = "a method that takes `{Self}` must have a role",
    label = "filled by the runtime only in a `#[refresh]` method",
    note = "add `#[refresh]` to the method, or take the token as `&str`"
)]
pub trait OrdinaryArgument {}

/// The argument types that can be the body of a `#[logout]` method, or part of that body: all types except those that
/// are filled from the session.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body, or a part of the body, of a `#[logout]` method",
    label = "a value of the session",
    note = "send it as a field of the body: `#[json(\"name\")]` or `#[form(\"name\")]`"
)]
pub trait UnfilledArgument {}

/// A refresh token, an `Option` of a refresh token, or a reference to one of these types.
pub trait SessionArgument {}

impl SessionArgument for RefreshToken {}
impl<T: SessionArgument> SessionArgument for Option<T> {}
impl<T: SessionArgument + ?Sized> SessionArgument for &T {}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T: SessionArgument + ?Sized> ArgumentType<T> {
    /// Checks that a method without a role does not take a refresh token.
    pub fn without_role(&self)
    where
        T: OrdinaryArgument,
    {
    }
}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T: FromSession> ArgumentType<T> {
    /// Checks that neither the body of a `#[logout]` method nor any part of that body is a value from the session.
    pub fn in_body_of_logout(&self)
    where
        T: UnfilledArgument,
    {
    }
}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T: AsTokens, E> ResultType<Result<T, E>> {
    /// Checks that a method of a trait without roles does not return tokens.
    pub fn without_role(&self)
    where
        T: OrdinaryValue,
    {
    }
}
