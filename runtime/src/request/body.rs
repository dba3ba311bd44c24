//! The body of a request as something that can be sent once or any number of times: [`Body`], [`IntoBody`].

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::TryStream;

use crate::error::{BoxError, Error};

/// The body of a request.
///
/// Bytes are reference-counted: keeping them for the case that the call is sent again copies nothing. A
/// stream can be sent once, unless a factory makes it anew.
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
/// let again = Body::replayable(|| reqwest::Body::from("made anew for each send"));
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
    Once(Option<reqwest::Body>),
    Factory(Arc<dyn Fn() -> reqwest::Body + Send + Sync>),
    File(PathBuf),
}

/// The body for one send.
pub(crate) enum Next {
    Empty,
    Body(reqwest::Body),
    /// The body is a one-shot stream that was sent already.
    AlreadySent,
}

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

impl Body {
    /// A stream, which can be sent once: if the server refuses the credential, the session is refreshed,
    /// but the call fails with [`is_not_replayable`](crate::Error::is_not_replayable). It counts as sent as
    /// soon as the call was. So that this happens rarely, it waits for a refresh before it is sent when the
    /// credential ends within two minutes, or half of its lifetime.
    pub fn stream<S>(stream: S) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<BoxError>,
        Bytes: From<S::Ok>,
    {
        Self::once(reqwest::Body::wrap_stream(stream))
    }

    /// A factory of bodies, called for each send.
    pub fn replayable(factory: impl Fn() -> reqwest::Body + Send + Sync + 'static) -> Self {
        Self { content: Content::Factory(Arc::new(factory)), content_type: Some(BYTES) }
    }

    /// A file, opened and read at each send.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { content: Content::File(path.into()), content_type: Some(BYTES) }
    }

    /// Whether the call can be sent again after a refresh.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.content.is_replayable()
    }

    pub(crate) fn once(body: reqwest::Body) -> Self {
        Self { content: Content::Once(Some(body)), content_type: Some(BYTES) }
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
    /// The body for one send.
    pub(crate) fn next(&mut self) -> Result<Next, Error> {
        Ok(match self {
            Self::Empty => Next::Empty,
            Self::Bytes(bytes) => Next::Body(bytes.clone().into()),
            Self::Once(body) => body.take().map_or(Next::AlreadySent, Next::Body),
            Self::Factory(factory) => Next::Body(factory()),
            Self::File(path) => {
                let file = std::fs::File::open(path).map_err(unreadable)?;
                Next::Body(tokio::fs::File::from_std(file).into())
            }
        })
    }

    /// The same body for another call, without copying bytes; `None` if it can be sent only once.
    pub(crate) fn share(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Factory(factory) => Some(Self::Factory(factory.clone())),
            Self::File(path) => Some(Self::File(path.clone())),
            Self::Once(_) => None,
        }
    }

    /// How many bytes it has, if that is known before it is sent.
    pub(crate) fn length(&self) -> Result<Option<u64>, Error> {
        match self {
            Self::Empty => Ok(Some(0)),
            Self::Bytes(bytes) => Ok(Some(bytes.len() as u64)),
            Self::File(path) => std::fs::metadata(path).map(|file| Some(file.len())).map_err(unreadable),
            Self::Once(_) | Self::Factory(_) => Ok(None),
        }
    }

    /// Whether it is known to have no bytes, without a look at a file.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Once(_) | Self::Factory(_) | Self::File(_) => false,
        }
    }

    pub(crate) fn is_replayable(&self) -> bool {
        !matches!(self, Self::Once(_))
    }
}

fn unreadable(error: std::io::Error) -> Error {
    Error::request("a file to be sent cannot be read").with_source(error)
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

/// Sent once: a body of reqwest's does not say whether it can be sent again.
impl From<reqwest::Body> for Body {
    fn from(body: reqwest::Body) -> Self {
        Self::once(body)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Empty => f.write_str("Body(empty)"),
            Content::Bytes(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Content::Once(_) => f.write_str("Body(stream)"),
            Content::File(_) => f.write_str("Body(file)"),
            Content::Factory(_) => f.write_str("Body(replayable)"),
        }
    }
}

/// What a `#[body]` parameter can be.
///
/// Its content type is sent unless the call has a `content-type` header of its own: `text/plain;
/// charset=utf-8` for text, `application/octet-stream` for the rest.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a body",
    label = "not a body",
    note = "use `Bytes`, `Vec<u8>`, `String`, `&str` or `afresh::Body`, or implement `afresh::IntoBody` for it"
)]
pub trait IntoBody {
    /// The body.
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

/// Copied, because a call outlives its arguments.
impl IntoBody for &str {
    fn into_body(self) -> Body {
        self.to_owned().into()
    }
}

/// Copied, because a call outlives its arguments.
impl IntoBody for &[u8] {
    fn into_body(self) -> Body {
        self.to_owned().into()
    }
}

/// `None` is no body, and no content type.
impl<T: IntoBody> IntoBody for Option<T> {
    fn into_body(self) -> Body {
        self.map_or(Body { content: Content::Empty, content_type: None }, T::into_body)
    }
}
