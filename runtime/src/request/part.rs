//! [`Part`] is one part of a multipart body.

use std::borrow::Cow;
#[cfg(not(target_family = "wasm"))]
use std::path::PathBuf;

use bytes::Bytes;
use futures_core::TryStream;
use http_body::Body as _;
use serde::Serialize;

use super::body::{BYTES, Body, Next};
use crate::error::{BoxError, Error};
use crate::platform::multipart;

const JSON: &str = "application/json";

/// One part of a multipart body.
///
/// ```
/// use afresh::Part;
///
/// let text = Part::text("a caption");
/// let photo = Part::bytes(vec![0xFF, 0xD8]).file_name("me.jpg").content_type("image/jpeg");
/// let report = Part::file("report.pdf"); // file name and content type come from the path
/// let data = Part::json(&["a", "b"]);
/// ```
#[derive(Debug)]
pub struct Part {
    body: Body,
    file_name: Option<String>,
    content_type: Option<Cow<'static, str>>,
    /// The error that prevents the part from being sent.
    error: Option<serde_json::Error>,
}

impl Part {
    /// Creates a part from text, without a content type.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Body::from(text.into()))
    }

    /// Creates a part from bytes, with the content type `application/octet-stream`.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self { content_type: Some(BYTES.into()), ..Self::of(Body::from(bytes.into())) }
    }

    /// Creates a part from a value that is serialized as JSON, with the content type `application/json`.
    ///
    /// If the value cannot be serialized, the call returns an error, and nothing is sent.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let (json, error) = match serde_json::to_vec(value) {
            Ok(json) => (json, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self { content_type: Some(JSON.into()), error, ..Self::of(Body::from(json)) }
    }

    /// Creates a part from a stream. A part with a stream can be sent only once (see [`Body::stream`]). The part has no
    /// content type.
    pub fn stream<S>(stream: S) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<BoxError>,
        Bytes: From<S::Ok>,
    {
        Self::of(Body::stream(stream))
    }

    /// Creates a part from a file, which is opened and read for each send.
    ///
    /// The part's file name is the name of the file. The content type is guessed from the file extension and defaults
    /// to `application/octet-stream`. The length of the part is the length that the file has when it is opened.
    #[cfg(not(target_family = "wasm"))]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let kind = mime_guess::from_path(&path).first_raw().unwrap_or(BYTES);
        Self { file_name, content_type: Some(kind.into()), ..Self::of(Body::file(path)) }
    }

    /// Rejects calls to this function at compile time, because browser builds do not support it.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    pub fn file<P: crate::platform::absent::Files>(_: P) -> Self {
        Self::bytes("")
    }

    /// Creates a part from any body, without a content type.
    pub fn body(body: Body) -> Self {
        Self::of(body)
    }

    /// Sets the file name.
    ///
    /// The file name is sent as a browser sends it: in UTF-8, with `"` and line breaks percent-encoded. Unlike a
    /// browser, the runtime doubles backslashes in the file name.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the content type.
    #[must_use]
    pub fn content_type(mut self, kind: impl Into<String>) -> Self {
        self.content_type = Some(kind.into().into());
        self
    }

    /// Creates a part without a content type. The part's text is a slice of a buffer that all text parts share.
    pub(super) fn of_text(text: Bytes) -> Self {
        Self::of(Body::from(text))
    }

    pub(super) fn error(&self) -> Option<&serde_json::Error> {
        self.error.as_ref()
    }

    pub(super) fn is_replayable(&self) -> bool {
        self.body.content().is_replayable()
    }

    fn of(body: Body) -> Self {
        Self { body, file_name: None, content_type: None, error: None }
    }

    pub(super) fn share(&self) -> Option<Self> {
        Some(Self {
            body: self.body.share()?,
            file_name: self.file_name.clone(),
            content_type: self.content_type.clone(),
            error: None,
        })
    }
}

impl Part {
    /// Returns the part for one send, or `None` if the part is a stream that was already sent.
    pub(super) fn for_send(&mut self) -> Result<Option<multipart::Part>, Error> {
        let part = match self.body.content_mut().next()? {
            Next::AlreadySent => return Ok(None),
            Next::Empty => multipart::Part::bytes(Vec::new()),
            Next::Body(body) => match body.size_hint().exact() {
                Some(length) => multipart::Part::stream_with_length(body, length),
                None => multipart::Part::stream(body),
            },
        };
        let part = match &self.file_name {
            Some(name) => part.file_name(escaped(name).into_owned()),
            None => part,
        };
        match &self.content_type {
            None => Ok(Some(part)),
            Some(kind) => part.mime_str(kind).map(Some).map_err(|error| {
                let text =
                    "the content type of a part is not a valid media type. Use a type such as `text/plain`";
                Error::request(text).with_source(error.without_url())
            }),
        }
    }
}

/// Escapes a name as browsers do (HTML standard, "multipart form data"). An escaped name cannot contain a quote or a
/// line break that would end the name.
pub(super) fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains(['"', '\r', '\n']) {
        return name.into();
    }
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A").into()
}
