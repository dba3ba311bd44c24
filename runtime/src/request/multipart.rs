//! The parts of a multipart body (RFC 7578): [`Part`], [`IntoPart`]. The body is built for each send, so it can be
//! sent again whenever all of its parts can.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
#[cfg(not(target_family = "wasm"))]
use std::path::PathBuf;

use bytes::Bytes;
use futures_core::TryStream;
use http_body::Body as _;
use serde::Serialize;

use super::body::{BYTES, Body, Next};
use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};
use crate::error::{BoxError, Error};
use crate::platform::messages::Request;
use crate::platform::multipart::{self, Form};

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
    /// Why the part cannot be sent.
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

    /// Creates a part from the JSON of a value, with the content type `application/json`.
    ///
    /// If the value cannot be serialized, the call returns an error, and nothing is sent.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let (json, error) = match serde_json::to_vec(value) {
            Ok(json) => (json, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self { content_type: Some(JSON.into()), error, ..Self::of(Body::from(json)) }
    }

    /// Creates a part from a stream, which can be sent only once; see [`Body::stream`]. It has no content type.
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
    /// The part has the file's name, and the content type that belongs to the file's extension, or
    /// `application/octet-stream`. It is sent with the length that the file has when it is opened.
    #[cfg(not(target_family = "wasm"))]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let kind = mime_guess::from_path(&path).first_raw().unwrap_or(BYTES);
        Self { file_name, content_type: Some(kind.into()), ..Self::of(Body::file(path)) }
    }

    /// Not in a browser.
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
    /// It is sent as a browser sends it: in UTF-8, with `"` and line ends percent-encoded. Unlike in a browser, a
    /// backslash is doubled.
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

    fn of(body: Body) -> Self {
        Self { body, file_name: None, content_type: None, error: None }
    }

    /// The same part for another call, or `None` if it can be sent only once.
    fn share(&self) -> Option<Self> {
        Some(Self {
            body: self.body.share()?,
            file_name: self.file_name.clone(),
            content_type: self.content_type.clone(),
            error: None,
        })
    }
}

/// The parts of one body while arguments are still being added, in order.
///
/// All scalars share one buffer, so that a scalar needs no allocation of its own.
#[derive(Default)]
pub struct Parts {
    list: Vec<(&'static str, Entry)>,
    texts: String,
}

enum Entry {
    /// A range of the shared buffer.
    Text(Range<usize>),
    Part(Part),
}

impl Parts {
    /// Adds the parts of `value` under this name.
    pub(crate) fn add<Via>(&mut self, name: &'static str, value: impl IntoPart<Via>) -> Result<(), String> {
        value.put_into(name, self)
    }

    pub(super) fn push_bytes(&mut self, name: &'static str, bytes: impl Into<Bytes>) {
        self.list.push((name, Entry::Part(Part::bytes(bytes))));
    }

    pub(super) fn push(&mut self, name: &'static str, part: Part) -> Result<(), String> {
        if let Some(error) = part.error {
            return Err(format!("part `{name}`: its JSON cannot be serialized: {error}"));
        }
        self.list.push((name, Entry::Part(part)));
        Ok(())
    }

    fn push_text(&mut self, name: &'static str, text: &str) {
        let start = self.texts.len();
        self.texts.push_str(text);
        self.list.push((name, Entry::Text(start..self.texts.len())));
    }

    pub(crate) fn finish(self) -> Multipart {
        let texts = Bytes::from(self.texts);
        let part_of = |entry| match entry {
            Entry::Text(range) => Part { content_type: None, ..Part::bytes(texts.slice(range)) },
            Entry::Part(part) => part,
        };
        Multipart(self.list.into_iter().map(|(name, entry)| (name, part_of(entry))).collect())
    }
}

/// The parts of one body, in order.
pub(crate) struct Multipart(Vec<(&'static str, Part)>);

impl Multipart {
    /// The same parts for another call, or `None` if one can be sent only once.
    pub(crate) fn share(&self) -> Option<Self> {
        let parts = self.0.iter().map(|(name, part)| Some((*name, part.share()?)));
        parts.collect::<Option<_>>().map(Self)
    }

    pub(crate) fn is_replayable(&self) -> bool {
        self.0.iter().all(|(_, part)| part.body.content().is_replayable())
    }

    /// Returns `request` with this body, or `None` if a part is a one-shot stream that was sent already.
    pub(crate) fn attach_to(&mut self, request: Request) -> Result<Option<Request>, Error> {
        // RFC 7578 §4.2: names are written as they are, without `name*=`.
        let mut form = Form::new().percent_encode_noop();
        for (name, part) in &mut self.0 {
            let Some(made) = part.for_send()? else { return Ok(None) };
            form = form.part(escaped_name(name), made);
        }
        let attached = multipart::attach(form, request).map(Some);
        attached.map_err(|error| Error::request("the multipart body cannot be built").with_source(error))
    }
}

impl Part {
    /// Returns the part for one send, or `None` if it is a one-shot stream that was sent already.
    fn for_send(&mut self) -> Result<Option<multipart::Part>, Error> {
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
                Error::request("the content type of a part is not a valid media type")
                    .with_source(error.without_url())
            }),
        }
    }
}

/// Escapes a name as browsers do (HTML standard, "multipart form data"), so that it cannot end the quotes around it or
/// the line.
fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains(['"', '\r', '\n']) {
        return name.into();
    }
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A").into()
}

/// Escapes the name of a part. A backslash is doubled, as reqwest does in file names: the name is a quoted string
/// (RFC 2183 §2), where a single backslash would escape the closing quote.
fn escaped_name(name: &'static str) -> Cow<'static, str> {
    if !name.contains(['"', '\r', '\n', '\\']) {
        return name.into();
    }
    escaped(name).replace('\\', "\\\\").into()
}

/// The type of a `#[part]` parameter: a [`Part`], an `Option` or `Vec` of parts, or a type that serializes to a
/// scalar, an `Option` or a sequence of scalars.
///
/// `None` is left out, and each element of a sequence is a part of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a part",
    label = "not a part",
    note = "use `afresh::Part`, such as `Part::file(path)` for a file, or derive `serde::Serialize` for a scalar"
)]
pub trait IntoPart<Via> {
    #[doc(hidden)]
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String>;
}

/// Marks the implementations of [`IntoPart`] for [`Part`], and for `Option` and `Vec` of it.
#[derive(Debug)]
pub enum AsPart {}

/// Marks the implementation of [`IntoPart`] for types that serialize to scalars.
#[derive(Debug)]
pub enum AsScalar {}

impl IntoPart<AsPart> for Part {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        form.push(name, self)
    }
}

impl IntoPart<AsPart> for Option<Part> {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        self.map_or(Ok(()), |part| form.push(name, part))
    }
}

impl IntoPart<AsPart> for Vec<Part> {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        self.into_iter().try_for_each(|part| form.push(name, part))
    }
}

impl<T: Serialize> IntoPart<AsScalar> for T {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        write_scalars(&mut TextParts { part: name, form }, name, &self).map_err(|error| error.0)
    }
}

struct TextParts<'a> {
    part: &'static str,
    form: &'a mut Parts,
}

impl ScalarWriter for TextParts<'_> {
    fn write(&mut self, _: &str, text: &str) -> Result<(), EncodeError> {
        self.form.push_text(self.part, text);
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Sequence
    }
}

/// Leaves out the texts, which may be secrets.
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parts({})", self.list.len())
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Multipart({} parts)", self.0.len())
    }
}
