//! [`Form`] and [`Part`] build the same multipart request body (RFC 7578) as reqwest, byte for byte.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::error::Error;

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::body::Body;
use super::request::Request;

pub(crate) struct Form(Vec<(Cow<'static, str>, Part)>);

pub(crate) struct Part {
    body: Body,
    file_name: Option<String>,
    content_type: Option<String>,
}

/// The error for a part whose content type is not a valid media type.
#[derive(Debug)]
pub(crate) struct InvalidMediaType(mime::FromStrError);

impl InvalidMediaType {
    pub(crate) fn without_url(self) -> mime::FromStrError {
        self.0
    }
}

impl Form {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the form unchanged, because this implementation never percent-encodes part names.
    pub(crate) fn percent_encode_noop(self) -> Self {
        self
    }

    pub(crate) fn part(mut self, name: Cow<'static, str>, part: Part) -> Self {
        self.0.push((name, part));
        self
    }
}

impl Part {
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Self::stream(Body::Bytes(bytes.into()))
    }

    pub(crate) fn stream(body: Body) -> Self {
        Self { body, file_name: None, content_type: None }
    }

    pub(crate) fn stream_with_length(body: Body, _: u64) -> Self {
        Self::stream(body)
    }

    pub(crate) fn file_name(mut self, name: String) -> Self {
        self.file_name = Some(name);
        self
    }

    pub(crate) fn mime_str(mut self, kind: &str) -> Result<Self, InvalidMediaType> {
        kind.parse::<mime::Mime>().map_err(InvalidMediaType)?;
        self.content_type = Some(kind.to_owned());
        Ok(self)
    }

    fn head(&self, boundary: &str, name: &str) -> String {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        if let Some(file_name) = &self.file_name {
            head.push_str("; filename=\"");
            head.push_str(&file_name.replace('\\', "\\\\"));
            head.push('"');
        }
        if let Some(kind) = &self.content_type {
            head.push_str("\r\nContent-Type: ");
            head.push_str(kind);
        }
        head.push_str("\r\n\r\n");
        head
    }
}

pub(crate) fn attach(form: Form, mut request: Request) -> Result<Request, Box<dyn Error + Send + Sync>> {
    let boundary = format!("{:032x}", fastrand::u128(..));
    let kind = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))?;
    request.headers_mut().insert(CONTENT_TYPE, kind);
    let mut bodies = VecDeque::new();
    let text = |text: String| Body::Bytes(Bytes::from(text));
    for (name, part) in form.0 {
        bodies.push_back(text(part.head(&boundary, &name)));
        bodies.push_back(part.body);
        bodies.push_back(text("\r\n".to_owned()));
    }
    bodies.push_back(text(format!("--{boundary}--\r\n")));
    *request.body_mut() = Some(Body::Chain(bodies));
    Ok(request)
}
