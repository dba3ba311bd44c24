//! Rejects invalid return types of trait methods at compile time. Generated code checks return types through method
//! resolution, so that an alias is treated like the type for which it stands. The inherent methods of [`ResultType`]
//! exist only if the return type is a `Result`. The methods of [`AnyResult`] exist for every return type. A separate
//! check rejects return types that are not a `Result`.

use std::marker::PhantomData;

use super::decode::FromResponse;
use super::reading::{ByHand, ByReply, BySerde};
use super::reply::Reply;

/// Represents the return type of a trait method.
#[derive(Debug)]
pub struct ResultType<R>(PhantomData<fn() -> R>);

/// Returns a value that represents the return type `R` of a trait method.
#[must_use]
pub const fn result_type<R>() -> ResultType<R> {
    ResultType(PhantomData)
}

/// Default checks, which accept every return type. A default check is used if `ResultType` does not have an inherent
/// method with the same name.
pub trait AnyResult {
    /// Checks the return type of a trait method with the `none_on` attribute.
    fn with_none(&self) {}

    /// Checks the return type of a trait method that sends a HEAD request.
    fn without_body(&self) {}

    /// Checks the return type of a method whose trait has no login, refresh or logout method.
    fn without_role(&self) {}
}

impl<R> AnyResult for ResultType<R> {}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T, E> ResultType<Result<T, E>> {
    /// Checks the return type of a trait method with the `none_on` attribute.
    pub fn with_none(&self)
    where
        T: MayBeNone,
    {
    }

    /// Checks the return type of a trait method that sends a HEAD request.
    pub fn without_body<Via>(&self)
    where
        T: HeadValue<Via>,
    {
    }
}

/// The type `T` in the return type `Result<T>` of a trait method with the `none_on` attribute: an `Option`, or a
/// [`Reply`] whose body is an `Option`.
#[diagnostic::on_unimplemented(
    message = "a method with the `none_on` attribute must return `Result<Option<T>>`",
    label = "cannot be `None`",
    note = "return `Option<{Self}>`, or remove the attribute"
)]
pub trait MayBeNone {}

impl<T> MayBeNone for Option<T> {}
impl<T: MayBeNone> MayBeNone for Reply<T> {}

/// The type `T` in the return type `Result<T>` of a trait method that sends a HEAD request. The return value cannot be
/// read from the body, because the response to a HEAD request has no body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the response to a HEAD request, which has no body",
    label = "read from a body",
    note = "return `()`, `Option<()>`, `Reply` of either, or `reqwest::Response`; the headers are in `Reply::headers`"
)]
pub trait HeadValue<Via> {}

impl HeadValue<BySerde> for () {}
impl HeadValue<BySerde> for Option<()> {}
impl<Via, T: HeadValue<Via>> HeadValue<ByReply<Via>> for Reply<T> {}
#[diagnostic::do_not_recommend]
impl<T: FromResponse<ByHand>> HeadValue<ByHand> for T {}
