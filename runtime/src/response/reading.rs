//! How a value is read, as types: what the compiler finds by itself when it looks for a
//! [`FromResponse`](crate::FromResponse), and what a method may ask of it.

use http::StatusCode;

/// How much of a response is read before a value is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The body to its end.
    Whole,
    /// The head, if it is a success: the value reads the body as it arrives. Another answer is read to its
    /// end, for the error.
    HeadOfSuccess,
    /// The head, whatever its status.
    Head,
}

impl Reading {
    /// Whether the body of an answer with this status is left to the value.
    pub(crate) fn is_live(self, status: StatusCode) -> bool {
        match self {
            Self::Whole => false,
            Self::HeadOfSuccess => status.is_success(),
            Self::Head => true,
        }
    }
}

/// How a [`FromResponse`](crate::FromResponse) was written: by hand.
#[derive(Debug)]
pub enum ByHand {}

/// How a [`FromResponse`](crate::FromResponse) was written: by serde.
#[derive(Debug)]
pub enum BySerde {}

/// How a [`FromResponse`](crate::FromResponse) was written: as a [`Reply`](crate::Reply) of another.
#[derive(Debug)]
pub struct ByReply<Via>(Via);

/// How a [`FromResponse`](crate::FromResponse) was written: as [`Pages`](crate::Pages).
#[derive(Debug)]
pub enum ByPages {}

/// The ways to read what one answer says: all but pages.
#[diagnostic::on_unimplemented(
    message = "a method that returns `Pages` must have the `pages` attribute",
    label = "no way to the next page",
    note = "add `#[pages(link)]`, `#[pages(cursor = \"next_cursor\", into = \"cursor\")]` or `#[pages(number = \"page\")]` to the method"
)]
pub trait OneAnswer {}

impl OneAnswer for ByHand {}
impl OneAnswer for BySerde {}
impl<Via: OneAnswer> OneAnswer for ByReply<Via> {}

/// The ways to read answers that follow one another.
#[diagnostic::on_unimplemented(
    message = "a method with the `pages` attribute must return `Pages`",
    label = "one answer only",
    note = "return `Result<afresh::Pages<T>>`, where `T` is what one page holds, or remove the attribute"
)]
pub trait ManyAnswers {}

impl ManyAnswers for ByPages {}
impl<Via: ManyAnswers> ManyAnswers for ByReply<Via> {}
