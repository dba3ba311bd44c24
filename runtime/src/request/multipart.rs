//! Parts of a multipart body (RFC 7578): [`Part`], [`IntoPart`]. The form is made anew for each send, so it
//! can be sent again whenever its parts can.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

use bytes::Bytes;
use futures_core::TryStream;
use reqwest::multipart::Form;
use reqwest::{Client, Request, RequestBuilder};
use serde::Serialize;

use super::body::{Body, Next};
use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};
use crate::error::{BoxError, Error};

/// One part of a multipart body.
///
/// ```
/// use afresh::Part;
///
/// let text = Part::text("a caption");
/// let photo = Part::bytes(vec![0xFF, 0xD8]).file_name("me.jpg").content_type("image/jpeg");
/// let report = Part::file("report.pdf"); // read at each send; named and typed after the path
/// ```
#[derive(Debug)]
pub struct Part {
    body: Body,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Part {
    /// A text, without a content type of its own.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Body::from(text.into()))
    }

    /// Bytes.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(Body::from(bytes.into()))
    }

    /// A stream, which can be sent once: see [`Body::stream`].
    pub fn stream<S>(stream: S) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<BoxError>,
        Bytes: From<S::Ok>,
    {
        Self::of(Body::stream(stream))
    }

    /// A file, opened and read at each send; its name is the part's file name, and its extension says the
    /// content type.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let kind = mime_guess::from_path(&path).first_raw().map(str::to_owned);
        Self { body: Body::file(path), file_name: name, content_type: kind }
    }

    /// Any body.
    pub fn body(body: Body) -> Self {
        Self::of(body)
    }

    /// Names the file that the part is. Sent as a browser would: UTF-8, with `"` and line ends percent-encoded; only a
    /// backslash is doubled.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Says the content type.
    #[must_use]
    pub fn content_type(mut self, kind: impl Into<String>) -> Self {
        self.content_type = Some(kind.into());
        self
    }

    fn of(body: Body) -> Self {
        Self { body, file_name: None, content_type: None }
    }
}

/// The parts of one body while the arguments are put in, in order. Scalars stand in one text, of which each part
/// shares its piece: so they need no room of their own.
#[derive(Default)]
pub struct Parts {
    list: Vec<(&'static str, Piece)>,
    texts: String,
}

enum Piece {
    /// Of the common text.
    Text(Range<usize>),
    Part(Part),
}

impl Parts {
    /// Adds what `value` comes to, in parts of this name.
    pub(crate) fn add<Via>(&mut self, name: &'static str, value: impl IntoPart<Via>) -> Result<(), String> {
        value.put_into(name, self)
    }

    fn push(&mut self, name: &'static str, part: Part) {
        self.list.push((name, Piece::Part(part)));
    }

    fn push_text(&mut self, name: &'static str, text: &str) {
        let start = self.texts.len();
        self.texts.push_str(text);
        self.list.push((name, Piece::Text(start..self.texts.len())));
    }

    pub(crate) fn finish(self) -> Multipart {
        let texts = Bytes::from(self.texts);
        let made = |piece| match piece {
            Piece::Text(range) => Part::bytes(texts.slice(range)),
            Piece::Part(part) => part,
        };
        Multipart(self.list.into_iter().map(|(name, piece)| (name, made(piece))).collect())
    }
}

/// The parts of one body, in order.
pub(crate) struct Multipart(Vec<(&'static str, Part)>);

impl Multipart {
    pub(crate) fn is_replayable(&self) -> bool {
        self.0.iter().all(|(_, part)| part.body.content().is_replayable())
    }

    /// Gives `request` this body; `None` if one of the parts is spent.
    pub(crate) fn put_into(&mut self, request: Request) -> Result<Option<Request>, Error> {
        // RFC 7578 §4.2 has names as they are, and no `name*=`.
        let mut form = Form::new().percent_encode_noop();
        for (name, part) in &mut self.0 {
            let Some(made) = part.make()? else { return Ok(None) };
            form = form.part(escaped_name(name), made);
        }
        let builder = RequestBuilder::from_parts(builder_client()?, request);
        builder.multipart(form).build().map(Some).map_err(|error| {
            Error::request("the multipart body cannot be made").with_source(error.without_url())
        })
    }
}

impl Part {
    /// The part for one send; `None` if it is spent.
    fn make(&mut self) -> Result<Option<reqwest::multipart::Part>, Error> {
        let content = self.body.content_mut();
        let length = content.length()?;
        let part = match (content.next()?, length) {
            (Next::AlreadySent, _) => return Ok(None),
            (Next::Empty, _) => reqwest::multipart::Part::bytes(Vec::new()),
            (Next::Body(body), Some(length)) => reqwest::multipart::Part::stream_with_length(body, length),
            (Next::Body(body), None) => reqwest::multipart::Part::stream(body),
        };
        let part = match &self.file_name {
            Some(name) => part.file_name(escaped(name).into_owned()),
            None => part,
        };
        match &self.content_type {
            None => Ok(Some(part)),
            Some(kind) => part.mime_str(kind).map(Some).map_err(|error| {
                Error::request("a part's content type is none").with_source(error.without_url())
            }),
        }
    }
}

/// A name as it stands between quotes: as browsers write it (HTML, "multipart form data"), so that it can end neither
/// the quotes nor the line.
fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains(['"', '\r', '\n']) {
        return name.into();
    }
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A").into()
}

/// The same for the name of a part. A backslash is doubled, as reqwest does in file names: the name is a quoted
/// string (RFC 2183 §2), in which a single one would swallow the quote after it.
fn escaped_name(name: &'static str) -> Cow<'static, str> {
    if !name.contains(['"', '\r', '\n', '\\']) {
        return name.into();
    }
    escaped(name).replace('\\', "\\\\").into()
}

/// reqwest makes multipart requests only through a client; this one never sends.
fn builder_client() -> Result<Client, Error> {
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| Client::builder().no_proxy().build().ok());
    client.clone().ok_or_else(|| Error::request("reqwest cannot be set up to make a multipart body"))
}

/// What a `#[part]` parameter can be: a [`Part`], an `Option` or `Vec` of parts, or what serializes to a
/// scalar; `None` is left out and a sequence repeats the part.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a part",
    label = "not a part",
    note = "use `afresh::Part`, or derive `serde::Serialize` for a scalar"
)]
pub trait IntoPart<Via> {
    #[doc(hidden)]
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String>;
}

/// How an [`IntoPart`] was found: it is one or several parts.
#[derive(Debug)]
pub enum AsPart {}

/// How an [`IntoPart`] was found: by serde, as a scalar.
#[derive(Debug)]
pub enum AsScalar {}

impl IntoPart<AsPart> for Part {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        form.push(name, self);
        Ok(())
    }
}

impl IntoPart<AsPart> for Option<Part> {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        if let Some(part) = self {
            form.push(name, part);
        }
        Ok(())
    }
}

impl IntoPart<AsPart> for Vec<Part> {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        for part in self {
            form.push(name, part);
        }
        Ok(())
    }
}

impl<T: Serialize> IntoPart<AsScalar> for T {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        write_scalars(&mut Texts { part: name, form }, name, &self).map_err(|error| error.0)
    }
}

struct Texts<'a> {
    part: &'static str,
    form: &'a mut Parts,
}

impl ScalarWriter for Texts<'_> {
    fn write(&mut self, _: &str, text: &str) -> Result<(), EncodeError> {
        self.form.push_text(self.part, text);
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Sequence
    }
}

/// Texts stay out: they may be secrets.
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
