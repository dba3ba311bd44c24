//! Types that only a method with a role can use. Without its role, a method would start no session, and nothing would
//! report that. In the same way: places in which a `#[logout]` method cannot use the values of the session.

use crate::request::argument_type::ArgumentType;
use crate::response::result_type::ResultType;
use crate::session::{AsTokens, FromSession, RefreshToken};

/// What a method of a trait without roles returns: anything but tokens.
#[diagnostic::on_unimplemented(
    message = "a method that returns `{Self}` must have a role, because no method of the trait has one",
    label = "these tokens start no session",
    note = "add `#[login]` or `#[refresh]` to the method"
)]
pub trait OrdinaryValue {}

/// An argument of a method without a role: any value but a refresh token.
#[diagnostic::on_unimplemented(
    message = "a method that takes `{Self}` must have a role",
    label = "filled by the runtime in a `#[refresh]` method only",
    note = "add `#[refresh]` to the method, or take the token as `&str`"
)]
pub trait OrdinaryArgument {}

/// What the whole body of a `#[logout]` method, or a part of it, takes: anything but a value of the session.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be filled in the body or a part of a `#[logout]` method",
    label = "a value of the session",
    note = "send it as a member of the body: `#[json(\"name\")]` or `#[form(\"name\")]`"
)]
pub trait UnfilledArgument {}

/// A refresh token, an `Option` of one, or a reference to one.
pub trait SessionArgument {}

impl SessionArgument for RefreshToken {}
impl<T: SessionArgument> SessionArgument for Option<T> {}
impl<T: SessionArgument + ?Sized> SessionArgument for &T {}

#[expect(clippy::unused_self, reason = "method resolution chooses by the type of `self`")]
impl<T: SessionArgument + ?Sized> ArgumentType<T> {
    /// The argument belongs to a method without a role.
    pub fn without_role(&self)
    where
        T: OrdinaryArgument,
    {
    }
}

#[expect(clippy::unused_self, reason = "method resolution chooses by the type of `self`")]
impl<T: FromSession> ArgumentType<T> {
    /// The argument is a body, or a part of one, of a `#[logout]` method.
    pub fn in_body_of_logout(&self)
    where
        T: UnfilledArgument,
    {
    }
}

#[expect(clippy::unused_self, reason = "method resolution chooses by the type of `self`")]
impl<T: AsTokens, E> ResultType<Result<T, E>> {
    /// The trait has no method with a role.
    pub fn without_role(&self)
    where
        T: OrdinaryValue,
    {
    }
}
