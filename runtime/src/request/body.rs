//! [`Body`] is the body of a request. After a refresh, a request might be sent again with the same body. [`IntoBody`]
//! converts a value into a `Body`.

use std::fmt;
#[cfg(not(target_family = "wasm"))]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_core::TryStream;

use super::exact_body::{Excess, exact};
use crate::error::{BoxError, Error};
use crate::platform::messages;

/// The body of a request.
///
/// After a refresh, the runtime resends each call whose credential was refused. Bytes are reference-counted, so the
/// runtime can keep the bytes for a second request without copying them. A stream can be sent only once, unless a
/// function creates a new stream each time the body is sent.
///
/// ```
/// use afresh::Body;
///
/// let bytes = Body::from("text");
/// assert!(bytes.is_replayable());
///
/// let once = Body::stream(futures_util::stream::iter([Ok::<_, std::io::Error>("chunk")]));
/// assert!(!once.is_replayable());
///
/// let again = Body::replayable(|| reqwest::Body::from("created for each send"));
/// assert!(again.is_replayable());
/// ```
pub struct Body {
    content: Content,
    pub(crate) content_type: Option<&'static str>,
}

#[derive(Default)]
pub(crate) enum Content {
    #[default]
    Empty,
    Bytes(Bytes),
    Once(Option<messages::Body>, Length),
    Factory(Arc<dyn Fn() -> messages::Body + Send + Sync>, Length),
    #[cfg(not(target_family = "wasm"))]
    File(PathBuf),
}

/// The length of a stream in bytes, if the caller specified it.
type Length = Option<u64>;

/// The request body for one send attempt.
pub(crate) enum Next {
    Empty,
    Body(messages::Body),
    /// The body is a stream that was already sent and cannot be sent again.
    AlreadySent,
}

const TEXT: &str = "text/plain; charset=utf-8";
pub(crate) const BYTES: &str = "application/octet-stream";

impl Body {
    /// Creates a body from a stream. A body that is created from a stream can be sent only once.
    ///
    /// If the server refuses the credential, the session is refreshed, but the call fails with an error for which
    /// [`is_not_replayable`](crate::Error::is_not_replayable) returns `true`, even if the server has not read any of
    /// the stream. A credential that expires within two minutes is refreshed before a stream is sent, because a stream
    /// cannot be sent again. Before a stream is sent, a credential whose lifetime is less than four minutes is
    /// refreshed if half of the lifetime has passed.
    pub fn stream<S>(stream: S) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<BoxError>,
        Bytes: From<S::Ok>,
    {
        Self::once(messages::Body::wrap_stream(stream))
    }

    /// Creates a body from a function that returns a new `reqwest::Body` each time the body is sent.
    pub fn replayable(factory: impl Fn() -> reqwest::Body + Send + Sync + 'static) -> Self {
        let factory = move || messages::body_of(factory());
        Self { content: Content::Factory(Arc::new(factory), None), content_type: Some(BYTES) }
    }

    /// Creates a body from a file, which is opened and read each time the body is sent.
    ///
    /// The length of the body is the length that the file has when it is opened.
    #[cfg(not(target_family = "wasm"))]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { content: Content::File(path.into()), content_type: Some(BYTES) }
    }

    /// Rejects calls to this function at compile time, because browser builds do not support it.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    pub fn file<P: crate::platform::absent::Files>(_: P) -> Self {
        Self { content: Content::Empty, content_type: None }
    }

    /// Sets the length of a stream in bytes, so that the stream is sent with a `Content-Length` header.
    ///
    /// A stream without a length is sent in chunks, which some servers refuse. If the actual length of the stream
    /// differs from the length that was set, the call fails. Setting the length has no effect on a body that consists
    /// of bytes or a file, because the length of such a body is already known.
    ///
    /// ```
    /// use afresh::Body;
    ///
    /// let stream = futures_util::stream::iter([Ok::<_, std::io::Error>("chunk")]);
    /// let body = Body::stream(stream).with_length(5);
    /// ```
    #[must_use]
    pub fn with_length(mut self, bytes: u64) -> Self {
        if let Content::Once(_, length) | Content::Factory(_, length) = &mut self.content {
            *length = Some(bytes);
        }
        self
    }

    /// Returns `true` if the call can be sent again after a refresh.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.content.is_replayable()
    }

    pub(crate) fn share(&self) -> Option<Self> {
        Some(Self { content: self.content.share()?, content_type: self.content_type })
    }

    pub(crate) fn once(body: messages::Body) -> Self {
        Self { content: Content::Once(Some(body), None), content_type: Some(BYTES) }
    }

    pub(crate) fn bytes(bytes: impl Into<Bytes>, content_type: &'static str) -> Self {
        Self { content: Content::Bytes(bytes.into()), content_type: Some(content_type) }
    }

    pub(crate) fn into_content(self) -> Content {
        self.content
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    pub(crate) fn content_mut(&mut self) -> &mut Content {
        &mut self.content
    }
}

impl Content {
    /// Returns the request body for the next send attempt. If the length of the body is known, the body's size hint is
    /// exact.
    pub(crate) fn next(&mut self) -> Result<Next, Error> {
        Ok(match self {
            Self::Empty => Next::Empty,
            Self::Bytes(bytes) => Next::Body(bytes.clone().into()),
            Self::Once(body, length) => {
                body.take().map_or(Next::AlreadySent, |body| Next::Body(with_length(body, *length)))
            }
            Self::Factory(factory, length) => Next::Body(with_length(factory(), *length)),
            #[cfg(not(target_family = "wasm"))]
            Self::File(path) => Next::Body(open(path)?),
        })
    }

    /// Returns a copy of the content for a new call, or `None` if the content can be sent only once. If the content is
    /// bytes, the returned copy shares the bytes with the original.
    pub(crate) fn share(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Factory(factory, length) => Some(Self::Factory(factory.clone(), *length)),
            #[cfg(not(target_family = "wasm"))]
            Self::File(path) => Some(Self::File(path.clone())),
            Self::Once(..) => None,
        }
    }

    /// Returns whether the body is known to be empty. For a body from a file, the size of the file is not checked.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Once(..) | Self::Factory(..) => false,
            #[cfg(not(target_family = "wasm"))]
            Self::File(_) => false,
        }
    }

    pub(crate) fn is_replayable(&self) -> bool {
        !matches!(self, Self::Once(..))
    }
}

fn with_length(body: messages::Body, length: Length) -> messages::Body {
    match length {
        Some(length) => exact(body, length, Excess::Refused),
        None => body,
    }
}

/// Opens a file. The length is set only for a regular file, because other kinds of files have no length.
#[cfg(not(target_family = "wasm"))]
fn open(path: &Path) -> Result<messages::Body, Error> {
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(std::io::ErrorKind::IsADirectory.into()));
    }
    let body = tokio::fs::File::from_std(file).into();
    Ok(if metadata.is_file() { exact(body, metadata.len(), Excess::Cut) } else { body })
}

#[cfg(not(target_family = "wasm"))]
fn unreadable(error: std::io::Error) -> Error {
    Error::request("the file to send cannot be read. Check its path and permissions").with_source(error)
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes, BYTES)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes, BYTES)
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::bytes(text, TEXT)
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self::bytes(text, TEXT)
    }
}

/// The body can be sent only once, because a `reqwest::Body` does not report whether it can be sent again.
impl From<reqwest::Body> for Body {
    fn from(body: reqwest::Body) -> Self {
        Self::once(messages::body_of(body))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Empty => f.write_str("Body(empty)"),
            Content::Bytes(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Content::Once(..) => f.write_str("Body(stream)"),
            #[cfg(not(target_family = "wasm"))]
            Content::File(_) => f.write_str("Body(file)"),
            Content::Factory(..) => f.write_str("Body(replayable)"),
        }
    }
}

/// The type of a `#[body]` parameter.
///
/// The content type is `text/plain; charset=utf-8` for text and `application/octet-stream` for all other bodies. If the
/// call sets a `content-type` header, this header replaces the default content type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a body",
    label = "not a body",
    note = "to send the value as JSON, write `#[json]` instead of `#[body]`",
    note = "use `Bytes`, `Vec<u8>`, `String`, `&str` or `afresh::Body`, or implement `afresh::param::IntoBody` for your type"
)]
pub trait IntoBody {
    /// Converts the value into a body.
    fn into_body(self) -> Body;
}

impl IntoBody for Body {
    fn into_body(self) -> Body {
        self
    }
}

macro_rules! into_body {
    ($($type:ty)*) => {$(
        impl IntoBody for $type {
            fn into_body(self) -> Body {
                self.into()
            }
        }
    )*};
}

into_body! { Bytes Vec<u8> String reqwest::Body }

/// Copies the text, because a call can outlive its arguments.
impl IntoBody for &str {
    fn into_body(self) -> Body {
        self.to_owned().into()
    }
}

/// Copies the bytes, because a call can outlive its arguments.
impl IntoBody for &[u8] {
    fn into_body(self) -> Body {
        self.to_owned().into()
    }
}

/// If the value is `None`, the call is sent without a body and without a content type.
impl<T: IntoBody> IntoBody for Option<T> {
    fn into_body(self) -> Body {
        self.map_or(Body { content: Content::Empty, content_type: None }, T::into_body)
    }
}
