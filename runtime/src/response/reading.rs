//! Defines how much of a response the runtime reads, and the marker types that let the compiler find the right
//! [`FromResponse`](super::FromResponse) implementation. Users never write the marker types, because the compiler
//! infers them.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::format::media_type::MediaType;

/// Determines how much of a response is read before the response is converted into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The runtime reads the whole body.
    Whole,
    /// The runtime reads only the head of a successful response, because the returned value reads the body as it
    /// arrives. For an unsuccessful response, up to 1 MiB of the body is read for the error.
    HeadOfSuccess,
    /// Works like `HeadOfSuccess` if the response contains server-sent events or has no `content-type` header. If a
    /// successful response has a content type other than `text/event-stream`, up to 64 KiB of the body is read for the
    /// error.
    HeadOfEvents,
    /// Works like `HeadOfSuccess` unless the response is a web page. If the response is a web page, up to 64 KiB of its
    /// body is read for the error.
    HeadOfLines,
    /// The runtime reads only the response head, regardless of the status.
    Head,
}

impl Reading {
    /// Returns whether the caller, rather than the runtime, reads the body of a response with the given status.
    pub(crate) fn is_live(self, status: StatusCode) -> bool {
        match self {
            Self::Whole => false,
            Self::HeadOfSuccess | Self::HeadOfEvents | Self::HeadOfLines => status.is_success(),
            Self::Head => true,
        }
    }

    /// Returns whether the method's return value, rather than the runtime, reads the response body.
    pub(crate) fn leaves(self, status: StatusCode, headers: &HeaderMap) -> bool {
        self.is_live(status) && self.fits(headers)
    }

    /// Whether the return type of the method can be read from a response with the given headers.
    pub(crate) fn fits(self, headers: &HeaderMap) -> bool {
        let kind = MediaType::of(headers);
        match self {
            Self::HeadOfEvents => !headers.contains_key(CONTENT_TYPE) || kind.is_events(),
            Self::HeadOfLines => !kind.is_html(),
            Self::Whole | Self::HeadOfSuccess | Self::Head => true,
        }
    }
}

/// Marks a hand-written implementation of [`FromResponse`](super::FromResponse).
#[derive(Debug)]
pub enum ByHand {}

/// Marks the implementation of [`FromResponse`](super::FromResponse) for types that serde can deserialize.
#[derive(Debug)]
pub enum BySerde {}

/// Marks the implementation of [`FromResponse`](super::FromResponse) for a [`Reply`](crate::Reply) whose body type
/// implements `FromResponse`.
#[derive(Debug)]
pub struct ByReply<Via>(Via);

/// Marks the implementation of [`FromResponse`](super::FromResponse) for [`Pages`](crate::Pages) and
/// [`Items`](crate::Items).
#[derive(Debug)]
pub enum ByPages {}

/// Marks types that are read from a single response. All markers except [`ByPages`] implement `OneAnswer`.
#[diagnostic::on_unimplemented(
    message = "a method that returns `Pages` or `Items` must have the `pages` attribute",
    label = "no way to the next page",
    note = "add `#[pages(link)]`, `#[pages(cursor = \"/next_cursor\", into = \"cursor\")]` or `#[pages(number = \"page\")]` to the method"
)]
pub trait OneAnswer {}

impl OneAnswer for ByHand {}
impl OneAnswer for BySerde {}
impl<Via: OneAnswer> OneAnswer for ByReply<Via> {}

/// Marks types that are read from several responses, page by page.
#[diagnostic::on_unimplemented(
    message = "a method with the `pages` attribute must return `Pages` or `Items`",
    label = "one response only",
    note = "return `Result<afresh::Pages<T>>`, where `T` is the type of one page, or `Result<afresh::Items<T>>`, where `T` is one element, or remove the attribute"
)]
pub trait ManyAnswers {}

impl ManyAnswers for ByPages {}
impl<Via: ManyAnswers> ManyAnswers for ByReply<Via> {}
