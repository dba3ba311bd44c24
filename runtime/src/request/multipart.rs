//! [`Parts`] collects the parts of a multipart body (RFC 7578), and [`IntoPart`] converts an argument into parts. The
//! body is built again each time it is sent, so the request can be repeated if all parts of the body can be sent again.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;

use super::declared::PartsBody;
use super::part::{Part, escaped};
use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};
use crate::error::Error;
use crate::platform::messages::Request;
use crate::platform::multipart::{Form, attach};

/// A list of the parts of a multipart body, to which more parts can be added.
///
/// All scalars share one buffer, so a scalar needs no separate allocation.
#[derive(Default)]
pub struct Parts {
    list: Vec<(&'static str, Entry)>,
    texts: String,
}

enum Entry {
    /// A range of the buffer that all scalars share.
    Text(Range<usize>),
    Part(Part),
}

impl Parts {
    /// Adds the parts of `value` under `name`.
    pub(crate) fn add<Via>(&mut self, name: &'static str, value: impl IntoPart<Via>) -> Result<(), String> {
        value.put_into(name, self)
    }

    pub(super) fn push_bytes(&mut self, name: &'static str, bytes: impl Into<Bytes>) {
        self.list.push((name, Entry::Part(Part::bytes(bytes))));
    }

    pub(super) fn push(&mut self, name: &'static str, part: Part) -> Result<(), String> {
        if let Some(error) = part.error() {
            return Err(format!("the JSON of part `{name}` cannot be serialized: {error}"));
        }
        self.list.push((name, Entry::Part(part)));
        Ok(())
    }

    fn push_text(&mut self, name: &'static str, text: &str) {
        let start = self.texts.len();
        self.texts.push_str(text);
        self.list.push((name, Entry::Text(start..self.texts.len())));
    }

    pub(crate) fn finish(self) -> Box<dyn PartsBody> {
        let texts = Bytes::from(self.texts);
        let part_of = |entry| match entry {
            Entry::Text(range) => Part::of_text(texts.slice(range)),
            Entry::Part(part) => part,
        };
        Box::new(Multipart(self.list.into_iter().map(|(name, entry)| (name, part_of(entry))).collect()))
    }
}

/// The parts of a multipart body, in the order in which they are sent.
struct Multipart(Vec<(&'static str, Part)>);

impl PartsBody for Multipart {
    fn is_replayable(&self) -> bool {
        self.0.iter().all(|(_, part)| part.is_replayable())
    }

    fn share(&self) -> Option<Box<dyn PartsBody>> {
        let parts = self.0.iter().map(|(name, part)| Some((*name, part.share()?)));
        Some(Box::new(Self(parts.collect::<Option<_>>()?)))
    }

    fn attach_to(&mut self, request: Request) -> Result<Option<Request>, Error> {
        // Part names are written without percent-encoding and without `name*=` (RFC 7578 §4.2).
        let mut form = Form::new().percent_encode_noop();
        for (name, part) in &mut self.0 {
            let Some(made) = part.for_send()? else { return Ok(None) };
            form = form.part(escaped_name(name), made);
        }
        let attached = attach(form, request).map(Some);
        attached.map_err(|error| {
            Error::request("the multipart body cannot be built. Check the parts").with_source(error)
        })
    }
}

/// Escapes the name of a part. The name of a part is sent as a quoted string (RFC 2183 §2). A single backslash at the
/// end of a part's name would escape the closing quote. Each backslash is doubled, as it is in file names that reqwest
/// sends.
fn escaped_name(name: &'static str) -> Cow<'static, str> {
    if !name.contains(['"', '\r', '\n', '\\']) {
        return name.into();
    }
    escaped(name).replace('\\', "\\\\").into()
}

/// The type of a `#[part]` parameter: a [`Part`], an `Option` or `Vec` of parts, or a type that serializes to a scalar,
/// a sequence of scalars, or an `Option` of either.
///
/// `None` is omitted, and each element of a sequence becomes a separate part.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a part",
    label = "not a part",
    note = "use an `afresh::Part` (`Part::file(path)` for a file), or derive `serde::Serialize` for a type that has one value"
)]
pub trait IntoPart<Via> {
    #[doc(hidden)]
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String>;
}

/// Marks the implementations of [`IntoPart`] for [`Part`], `Option<Part>` and `Vec<Part>`.
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

/// The `Debug` output omits the text of the parts, which can be secret.
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
