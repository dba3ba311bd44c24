//! Collects the arguments of a call. [`Call`] has one method for each place in a request where an argument can be sent.
//!
//! If an argument cannot be sent, no request is sent, and the call returns the error for the first invalid argument.

use std::fmt;

use http::{HeaderName, HeaderValue};

use super::arguments::{
    CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, JsonBody, PathArgument, QueryArgument,
};
use super::body::IntoBody;
use super::cookie::write_cookie;
use super::draft::Draft;
use super::form::write_form;
use super::header::header_values;
use super::json::write_json;
use super::multipart::IntoPart;
use super::part_type::PartVia;
use super::path::{write_segment, write_segments};
use super::prepared::Prepared;
use super::query::{write_named_query, write_query};
use crate::declaration::endpoint::Endpoint;
use crate::error::Error;
use crate::transport::upstream::Upstream;

/// The headers that only the transport may set. The macro rejects a transport header, whether it is declared as a
/// constant or as a named parameter.
const OF_TRANSPORT: [&str; 7] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

/// A call to which the arguments are added one after another.
pub struct Call(pub(crate) Draft);

impl Call {
    pub(crate) fn new(upstream: &Upstream, endpoint: &'static Endpoint) -> Self {
        Self(Draft::new(upstream, endpoint))
    }

    pub(crate) fn endpoint(&self) -> &'static Endpoint {
        self.0.endpoint
    }

    /// Writes the value of the next placeholder in the path.
    pub fn path<T: PathArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let draft = &mut self.0;
        let written = write_segment(&mut draft.declared.path, name, value);
        draft.check(written.map_err(|error| error.0));
        draft.end_placeholder();
    }

    /// Writes query pairs.
    pub fn query<T: QueryArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let draft = &mut self.0;
        let written = write_query(&mut draft.declared.path, &mut draft.query_start, name, value);
        draft.check(written.map_err(|error| format!("query argument `{name}`: {error}")));
    }

    /// Writes an argument to the query under the name that the method declares. The fields of a struct or map are
    /// written as `name[field]`.
    pub fn named_query<T: QueryArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let draft = &mut self.0;
        let written = write_named_query(&mut draft.declared.path, &mut draft.query_start, name, value);
        draft.check(written.map_err(|error| format!("query argument `{name}`: {error}")));
    }

    /// Writes a header. `name` must be lowercase.
    pub fn header<T: HeaderArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let draft = &mut self.0;
        let headers = &mut draft.declared.headers;
        let written = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("`{name}` is not a valid header name. Change the name in the trait"))
            .and_then(|key| {
                let mut put = |value| {
                    headers.push((key.clone(), value));
                };
                header_values(name, value, &mut put).map_err(|error| error.0)
            });
        draft.check(written);
    }

    /// Writes several headers.
    pub fn headers<T: HeaderMapArgument + ?Sized>(&mut self, more: &T) {
        let more = more.header_map();
        if let Some(name) = more.keys().find(|name| OF_TRANSPORT.contains(&name.as_str())) {
            let text = format!("header `{name}` must not be in a header map: the transport sets it");
            return self.0.check(Err(text));
        }
        for (name, value) in more {
            self.0.declared.headers.push((name.clone(), value.clone()));
        }
    }

    /// Writes `Authorization: Bearer …` (RFC 6750 §2.1).
    pub fn bearer<T: HeaderArgument + ?Sized>(&mut self, value: &T) {
        let draft = &mut self.0;
        let mut put = |value| draft.set_bearer(&value);
        let written = header_values("authorization", value, &mut put).map_err(|error| error.0);
        draft.check(written);
    }

    /// Writes the JSON body. `None` means no body.
    pub fn json<T: JsonBody + ?Sized>(&mut self, value: &T) {
        let written = write_json(value);
        self.0.set_json(written);
    }

    /// Writes one field of the JSON body.
    pub fn json_member<T: JsonBody + ?Sized>(&mut self, name: &'static str, value: &T) {
        let mut members = self.0.begin_member(name);
        let written = serde_json::to_writer(&mut members, value);
        self.0.end_member(members, written);
    }

    /// Writes the urlencoded body.
    pub fn form<T: FormBody + ?Sized>(&mut self, value: &T) {
        let mut form = self.0.take_form();
        let written = write_form(&mut form, None, value);
        self.0.put_form(form, written);
    }

    /// Writes one field of the urlencoded body.
    pub fn form_member<T: FormBody + ?Sized>(&mut self, name: &'static str, value: &T) {
        let mut form = self.0.take_form();
        let written = write_form(&mut form, Some(name), value);
        self.0.put_form(form, written);
    }

    /// Sets the body, which is sent unchanged.
    pub fn body<T: IntoBody>(&mut self, value: T) {
        self.0.set_body(value.into_body());
    }

    /// Adds a part to the multipart body.
    pub fn part<T: IntoPart<Via>, Via>(&mut self, name: &'static str, _: PartVia<Via>, value: T) {
        let made = self.0.parts().add(name, value);
        self.0.check(made);
    }

    /// Writes a cookie in addition to the session's cookies (RFC 6265 §4.2).
    pub fn cookie<T: CookieArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let draft = &mut self.0;
        let written = write_cookie(&mut draft.cookies, name, value).map_err(|error| error.0);
        draft.check(written);
    }

    /// Writes the value of the next placeholder, which can span several path segments.
    pub fn path_rest<T: PathArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let draft = &mut self.0;
        let written = write_segments(&mut draft.declared.path, name, value);
        draft.check(written.map_err(|error| error.0));
        draft.end_placeholder();
    }

    /// Skips the next placeholder and returns the offset in the path at which its value must be inserted.
    pub(crate) fn skip_placeholder(&mut self) -> usize {
        self.0.skip_placeholder()
    }

    /// Writes the value of a placeholder that was skipped. Writing a skipped value does not change the offsets of
    /// earlier placeholders.
    pub(crate) fn fill_placeholder(&mut self, at: usize, encode: impl FnOnce(&mut Self)) {
        let rest = self.0.open_placeholder(at);
        encode(self);
        self.0.close_placeholder(at, &rest);
    }

    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        self.0.declared.has_header(name)
    }

    pub(crate) fn replace_headers(&mut self, headers: Vec<(HeaderName, HeaderValue)>) {
        self.0.declared.replace_headers(headers);
    }

    /// Returns a copy of the call and its arguments, or `None` if an argument can be sent only once.
    pub(crate) fn share(&self) -> Option<Self> {
        self.0.share().map(Self)
    }

    /// Returns the finished request, or the error for the first argument that cannot be sent.
    pub(crate) fn prepare(mut self) -> Result<Prepared, Error> {
        self.0.finish()?;
        Ok(Prepared::Declared(self.0.declared))
    }
}

/// The `Debug` output omits the arguments, which can be secrets.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.endpoint().name)
    }
}
