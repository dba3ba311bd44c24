//! A call while its arguments are put in: [`Call`]. The first argument that cannot be sent is remembered
//! and comes out of the call's future; nothing is sent then.

use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue, Method};

use crate::answer::Answer;
use crate::encode::{
    Content, CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, IntoBody, IntoPart, JsonBody,
    Parts, PathArgument, QueryArgument, has_dot_segment, header_values, write_cookie, write_form, write_json,
    write_query, write_segment, write_segments,
};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::prepared::{Declared, Prepared};
use crate::session::Tokens;
use crate::wire::Wire;

/// The arguments of one call, encoded as they come.
pub struct Call {
    pub(crate) endpoint: &'static Endpoint,
    /// Path and query so far; after `path_start` it is the method's own.
    url: String,
    path_start: usize,
    pieces: std::slice::Iter<'static, &'static str>,
    in_query: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// `a=1; b=2`
    cookies: String,
    body: Draft,
    error: Option<Error>,
}

enum Draft {
    None,
    Json(Vec<u8>),
    /// An object that is still open.
    Members(Vec<u8>),
    Form(String),
    Body(crate::encode::Body),
    Parts(Parts),
}

/// The exchange of the refresh secret for a new credential: a call that no session touches, and how to read
/// its answer.
#[derive(Debug)]
pub struct Exchange {
    pub(crate) call: Call,
    pub(crate) tokens_of: fn(&Answer) -> Result<Tokens, Error>,
}

impl Call {
    pub(crate) fn new(wire: &Wire, endpoint: &'static Endpoint) -> Self {
        let mut pieces = endpoint.path.iter();
        let base = wire.path();
        let mut url = String::with_capacity(base.len() + 96);
        url.push_str(base);
        url.push_str(pieces.next().copied().unwrap_or_default());
        Self {
            endpoint,
            path_start: base.len(),
            url,
            pieces,
            in_query: false,
            headers: Vec::new(),
            cookies: String::new(),
            body: Draft::None,
            error: None,
        }
    }

    /// The value of the next placeholder.
    pub fn path<T: PathArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let written = write_segment(&mut self.url, name, value);
        self.check(written.map_err(|refusal| refusal.0));
        self.url.push_str(self.pieces.next().copied().unwrap_or_default());
    }

    /// Query pairs.
    pub fn query<T: QueryArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let written = write_query(&mut self.url, &mut self.in_query, name, value);
        self.check(written.map_err(|refusal| format!("query argument `{name}`: {refusal}")));
    }

    /// A header, by its name in lower case.
    pub fn header<T: HeaderArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let headers = &mut self.headers;
        let written = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("`{name}` is not a valid header name"))
            .and_then(|key| {
                let mut put = |value| {
                    headers.push((key.clone(), value));
                };
                header_values(name, value, &mut put).map_err(|refusal| refusal.0)
            });
        self.check(written);
    }

    /// Whole headers.
    pub fn headers<T: HeaderMapArgument + ?Sized>(&mut self, more: &T) {
        let more = more.header_map();
        for (name, value) in more {
            self.headers.push((name.clone(), value.clone()));
        }
    }

    /// `Authorization: Bearer …` (RFC 6750 §2.1).
    pub fn bearer<T: HeaderArgument + ?Sized>(&mut self, value: &T) {
        let headers = &mut self.headers;
        let mut put = |value: HeaderValue| {
            let line = [b"Bearer ", value.as_bytes()].concat();
            if let Ok(mut value) = HeaderValue::from_maybe_shared(Bytes::from(line)) {
                value.set_sensitive(true);
                headers.retain(|(name, _)| *name != AUTHORIZATION);
                headers.push((AUTHORIZATION, value));
            }
        };
        let written = header_values("authorization", value, &mut put).map_err(|refusal| refusal.0);
        self.check(written);
    }

    /// The JSON body. `None` is none.
    pub fn json<T: JsonBody + ?Sized>(&mut self, value: &T) {
        let written = write_json(value);
        self.take_json(written);
    }

    /// One member of the JSON body.
    pub fn json_member<T: JsonBody + ?Sized>(&mut self, name: &'static str, value: &T) {
        let mut members = self.open_member(name);
        let written = serde_json::to_writer(&mut members, value);
        self.close_member(members, written);
    }

    /// The urlencoded body.
    pub fn form<T: FormBody + ?Sized>(&mut self, value: &T) {
        self.add_to_form(|form| write_form(form, None, value));
    }

    /// One member of the urlencoded body.
    pub fn form_member<T: FormBody + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.add_to_form(|form| write_form(form, Some(name), value));
    }

    /// The body as it is.
    pub fn body<T: IntoBody>(&mut self, value: T) {
        self.body = Draft::Body(value.into_body());
    }

    /// Part of the multipart body.
    pub fn part<T: IntoPart<Via>, Via>(&mut self, name: &'static str, value: T) {
        let mut form = match std::mem::replace(&mut self.body, Draft::None) {
            Draft::Parts(form) => form,
            _ => Parts::default(),
        };
        let made = form.add(name, value);
        self.body = Draft::Parts(form);
        self.check(made);
    }

    /// A cookie beside those of the session (RFC 6265 §4.2).
    pub fn cookie<T: CookieArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let cookies = &mut self.cookies;
        let written = write_cookie(cookies, name, value).map_err(|refusal| refusal.0);
        self.check(written);
    }

    /// The value of the next placeholder, which takes several segments.
    pub fn path_rest<T: PathArgument + ?Sized>(&mut self, name: &'static str, value: &T) {
        let written = write_segments(&mut self.url, name, value);
        self.check(written.map_err(|refusal| refusal.0));
        self.url.push_str(self.pieces.next().copied().unwrap_or_default());
    }

    /// The request that can be made any number of times, or the first argument that cannot be sent.
    pub(crate) fn prepare(mut self, wire: &Wire) -> Result<Prepared, Error> {
        let name = Some(self.endpoint.name);
        if let Some(error) = self.error {
            return Err(error.in_method(name));
        }
        let refuse = |text: &'static str| Error::request(text).in_method(name);
        let path = self.url.get(self.path_start..).unwrap_or_default();
        if has_dot_segment(path) {
            return Err(refuse("a path argument would make a segment `.` or `..`, which is another path"));
        }
        let url = wire.url(&self.url).map_err(|error| refuse("no URL can be made").with_source(error))?;
        let method =
            Method::from_bytes(self.endpoint.verb.as_bytes()).map_err(|_| refuse("no such HTTP method"))?;
        if !self.cookies.is_empty() {
            let mut line = HeaderValue::try_from(self.cookies)
                .map_err(|_| refuse("a cookie cannot stand in a header"))?;
            line.set_sensitive(true);
            self.headers.push((COOKIE, line));
        }
        let (body, content_type) = self.body.finish();
        Ok(Prepared::Declared(Declared { method, url, headers: self.headers, content_type, body }))
    }

    fn take_json(&mut self, written: Result<Option<Vec<u8>>, serde_json::Error>) {
        match written {
            Ok(Some(json)) => self.body = Draft::Json(json),
            Ok(None) => {}
            Err(error) => self.fail("the JSON body cannot be serialized", error),
        }
    }

    /// The object so far, up to the member's value.
    fn open_member(&mut self, name: &'static str) -> Vec<u8> {
        let mut members = match std::mem::replace(&mut self.body, Draft::None) {
            Draft::Members(members) => members,
            _ => Vec::new(),
        };
        members.push(if members.is_empty() { b'{' } else { b',' });
        if let Err(error) = serde_json::to_writer(&mut members, name) {
            self.fail("the name of a member of the JSON body cannot be serialized", error);
        }
        members.push(b':');
        members
    }

    fn close_member(&mut self, members: Vec<u8>, written: Result<(), serde_json::Error>) {
        self.body = Draft::Members(members);
        if let Err(error) = written {
            self.fail("a member of the JSON body cannot be serialized", error);
        }
    }

    fn add_to_form(&mut self, write: impl FnOnce(&mut String) -> Result<(), crate::encode::Refusal>) {
        let mut form = match std::mem::replace(&mut self.body, Draft::None) {
            Draft::Form(form) => form,
            _ => String::new(),
        };
        let written = write(&mut form).map_err(|refusal| format!("form body: {refusal}"));
        self.body = Draft::Form(form);
        self.check(written);
    }

    fn check(&mut self, written: Result<(), String>) {
        if let Err(text) = written {
            self.error.get_or_insert_with(|| Error::request(text));
        }
    }

    fn fail(&mut self, text: &'static str, source: serde_json::Error) {
        self.error.get_or_insert_with(|| Error::request(text).with_source(source));
    }
}

/// Arguments stay out: they may be secrets.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.endpoint.name)
    }
}

impl Draft {
    fn finish(self) -> (Content, Option<&'static str>) {
        const JSON: &str = "application/json";
        const FORM: &str = "application/x-www-form-urlencoded";
        match self {
            Self::None => (Content::Empty, None),
            Self::Json(json) => (Content::Bytes(json.into()), Some(JSON)),
            Self::Members(mut members) => {
                members.push(b'}');
                (Content::Bytes(members.into()), Some(JSON))
            }
            Self::Form(form) => (Content::Bytes(form.into()), Some(FORM)),
            // Its content type has the boundary, which is made anew for each send.
            Self::Parts(parts) => (Content::Multipart(parts.finish()), None),
            Self::Body(body) => {
                let content_type = body.content_type;
                (body.into_content(), content_type)
            }
        }
    }
}
