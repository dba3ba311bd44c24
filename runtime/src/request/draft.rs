//! [`Draft`] is the request of a call while its arguments are being written. The draft keeps the error for the first
//! argument that cannot be sent.

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue};

use super::body::{Body, Content};
use super::declared::{Declared, DeclaredBody, PartsBody};
use super::multipart::Parts;
use super::path::has_dot_segment;
use super::scalar_writer::EncodeError;
use crate::declaration::endpoint::{Endpoint, IdempotencyKey};
use crate::error::Error;
use crate::transport::call_info::CallInfo;
use crate::transport::upstream::Upstream;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const INVALID_COOKIE: &str =
    "a cookie contains a character that is not allowed in a header. Encode its value";

pub(crate) struct Draft {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) declared: Box<Declared>,
    /// The offset in the path at which the base URL's path ends and the trait method's path begins.
    path_start: usize,
    /// The number of literal pieces of the trait method's path that have been written.
    pieces: usize,
    /// The offset of the `?` in the path, if there is a query.
    pub(crate) query_start: Option<usize>,
    /// The value of the `Cookie` header, such as `a=1; b=2`.
    pub(crate) cookies: String,
    partial: PartialBody,
    parts: Option<(Box<Parts>, FinishParts)>,
    error: Option<Error>,
}

/// Converts the parts into a body. A program that does not send multipart parts does not link this function, because
/// only [`Draft::parts`] refers to it.
type FinishParts = fn(Parts) -> Box<dyn PartsBody>;

/// A body to which the call can still add fields.
#[derive(Clone, Default)]
enum PartialBody {
    #[default]
    None,
    /// A JSON object without its closing brace.
    Json(Vec<u8>),
    Form(String),
}

impl Draft {
    pub(crate) fn new(upstream: &Upstream, endpoint: &'static Endpoint) -> Self {
        let base = upstream.path();
        let mut path = String::with_capacity(base.len() + 96);
        path.push_str(base);
        path.push_str(endpoint.path.first().copied().unwrap_or_default());
        Self {
            endpoint,
            declared: Box::new(Declared {
                verb: endpoint.verb,
                path,
                info: CallInfo::of_method(endpoint),
                ..Declared::default()
            }),
            path_start: base.len(),
            pieces: 1,
            query_start: None,
            cookies: String::new(),
            partial: PartialBody::None,
            parts: None,
            error: None,
        }
    }

    /// Returns a copy of the body, or `None` if the body can be sent only once or consists of parts.
    pub(crate) fn share(&self) -> Option<Self> {
        let declared = match (&self.parts, &self.declared.absolute_url) {
            (None, None) => Box::new(self.declared.share()?),
            _ => return None,
        };
        Some(Self {
            endpoint: self.endpoint,
            declared,
            path_start: self.path_start,
            pieces: self.pieces,
            query_start: self.query_start,
            cookies: self.cookies.clone(),
            partial: self.partial.clone(),
            parts: None,
            error: self.error.clone(),
        })
    }

    /// Writes the part of the path between a placeholder and the next placeholder, or the end of the path.
    pub(crate) fn end_placeholder(&mut self) {
        self.declared.path.push_str(self.endpoint.path.get(self.pieces).copied().unwrap_or_default());
        self.pieces += 1;
    }

    pub(crate) fn skip_placeholder(&mut self) -> usize {
        let at = self.declared.path.len();
        self.end_placeholder();
        at
    }

    /// Truncates the path at the offset `at`, where the missing value belongs, so that the caller can append the value.
    /// Returns the part of the path after `at`.
    pub(crate) fn open_placeholder(&mut self, at: usize) -> String {
        // The path already contains all literal pieces of the declared path.
        self.pieces = self.endpoint.path.len();
        self.declared.path.split_off(at.min(self.declared.path.len()))
    }

    /// Appends `rest` to the path after the value that was written at the offset `at`.
    pub(crate) fn close_placeholder(&mut self, at: usize, rest: &str) {
        let written = self.declared.path.len().saturating_sub(at);
        self.query_start = self.query_start.map(|start| start + written);
        self.declared.path.push_str(rest);
    }

    /// Sets `Authorization: Bearer …` (RFC 6750 §2.1) and replaces any other `Authorization` header.
    pub(crate) fn set_bearer(&mut self, secret: &HeaderValue) {
        let line = [b"Bearer ", secret.as_bytes()].concat();
        if let Ok(mut value) = HeaderValue::from_maybe_shared(Bytes::from(line)) {
            value.set_sensitive(true);
            let headers = &mut self.declared.headers;
            headers.retain(|(name, _)| *name != AUTHORIZATION);
            headers.push((AUTHORIZATION, value));
        }
    }

    pub(crate) fn set_json(&mut self, written: Result<Option<Vec<u8>>, serde_json::Error>) {
        match written {
            Ok(Some(json)) => self.set_bytes(json.into(), JSON),
            Ok(None) => {}
            Err(error) => {
                self.fail("the JSON body cannot be serialized. Check the type of the argument", error);
            }
        }
    }

    /// Writes the name of a field of the JSON body. The caller then appends the field's value to the returned buffer
    /// and passes the buffer to [`end_member`](Self::end_member).
    pub(crate) fn begin_member(&mut self, name: &'static str) -> Vec<u8> {
        let mut members = match std::mem::take(&mut self.partial) {
            PartialBody::Json(members) => members,
            _ => Vec::new(),
        };
        members.push(if members.is_empty() { b'{' } else { b',' });
        if let Err(error) = serde_json::to_writer(&mut members, name) {
            self.fail(
                "the name of a field of the JSON body cannot be serialized. Check the type of the argument",
                error,
            );
        }
        members.push(b':');
        members
    }

    pub(crate) fn end_member(&mut self, members: Vec<u8>, written: Result<(), serde_json::Error>) {
        self.partial = PartialBody::Json(members);
        if let Err(error) = written {
            self.fail("a field of the JSON body cannot be serialized. Check the type of the argument", error);
        }
    }

    pub(crate) fn take_form(&mut self) -> String {
        match std::mem::take(&mut self.partial) {
            PartialBody::Form(form) => form,
            _ => String::new(),
        }
    }

    pub(crate) fn put_form(&mut self, form: String, written: Result<(), EncodeError>) {
        self.partial = PartialBody::Form(form);
        self.check(written.map_err(|error| format!("form body: {error}")));
    }

    /// Returns the parts of the multipart body, so that the caller can add an argument's parts.
    pub(crate) fn parts(&mut self) -> &mut Parts {
        &mut self.parts.get_or_insert_with(|| (Box::default(), Parts::finish)).0
    }

    pub(crate) fn set_body(&mut self, body: Body) {
        self.declared.content_type = body.content_type;
        self.declared.body = DeclaredBody::Single(body.into_content());
    }

    pub(crate) fn check(&mut self, written: Result<(), String>) {
        if let Err(text) = written {
            self.error.get_or_insert_with(|| Error::request(text));
        }
    }

    fn fail(&mut self, text: &'static str, source: serde_json::Error) {
        self.error.get_or_insert_with(|| Error::request(text).with_source(source));
    }

    fn set_bytes(&mut self, bytes: Bytes, content_type: &'static str) {
        self.declared.body = DeclaredBody::Single(Content::Bytes(bytes));
        self.declared.content_type = Some(content_type);
    }

    /// Completes the request after the last argument has been added. Returns the error for the first argument that
    /// cannot be sent.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        self.complete().map_err(|error| error.in_method(Some(self.endpoint.name)))
    }

    fn complete(&mut self) -> Result<(), Error> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let path = &self.declared.path;
        let path_end = self.query_start.unwrap_or(path.len());
        if has_dot_segment(path.get(self.path_start..path_end).unwrap_or_default()) {
            let text = "a path argument must not produce the segment `.` or `..`, because that would change the path";
            return Err(Error::request(text));
        }
        if !self.cookies.is_empty() {
            self.put_cookies()?;
        }
        if let Some(key) = self.endpoint.idempotency_key {
            self.put_idempotency_key(key);
        }
        match std::mem::take(&mut self.partial) {
            PartialBody::None => {}
            PartialBody::Json(mut members) => {
                members.push(b'}');
                self.set_bytes(members.into(), JSON);
            }
            PartialBody::Form(form) => self.set_bytes(form.into(), FORM),
        }
        if let Some((parts, finish)) = self.parts.take() {
            self.declared.body = DeclaredBody::Parts(finish(*parts));
        }
        Ok(())
    }

    /// Adds a random idempotency key, unless a parameter sets the key. All requests that a call sends use the same
    /// idempotency key.
    fn put_idempotency_key(&mut self, key: IdempotencyKey) {
        let Ok(name) = HeaderName::from_bytes(key.header.as_bytes()) else { return };
        if !self.declared.has_header(&name) {
            self.declared.headers.extend((key.random)().map(|key| (name, key)));
        }
    }

    fn put_cookies(&mut self) -> Result<(), Error> {
        let mut line = HeaderValue::try_from(std::mem::take(&mut self.cookies))
            .map_err(|_| Error::request(INVALID_COOKIE))?;
        line.set_sensitive(true);
        self.declared.headers.push((COOKIE, line));
        Ok(())
    }
}
