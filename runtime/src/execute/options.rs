//! [`CallOptions`] contains the options of one call.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::retry::retrying::Retries;
use crate::error::{Error, Result};
use crate::request::header_option::HeaderOption;
use crate::transport::followed_origin::{EXPOSED, FollowedOrigin};
use crate::transport::origin::Origin;

/// The options that a caller sets for one call, or for all calls made through a clone of the client.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Arc<dyn Retries>>,
    /// `bounds` is boxed, because few calls set it but every call reserves memory for its options.
    bounds: Option<Box<Bounds>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The error caused by the first invalid option.
    error: Option<Error>,
}

/// The bounds of a call: the maximum size of the response body, and the additional origins that may receive the request
/// after a redirect.
#[derive(Clone, Default)]
pub(crate) struct Bounds {
    pub(crate) max_body: Option<usize>,
    /// The origins that may receive the body and headers after a redirect, in addition to the origins set for the
    /// client.
    pub(crate) follow_to: Vec<Origin>,
    /// Whether an origin in `follow_to` uses plain `http` on another machine.
    is_exposed: bool,
}

impl CallOptions {
    pub(crate) fn set_max_body(&mut self, bytes: usize) {
        self.bounds.get_or_insert_default().max_body = Some(bytes);
    }

    pub(crate) fn add_origin(&mut self, origin: &str) {
        match FollowedOrigin::parse(origin) {
            Ok(followed) => {
                let bounds = self.bounds.get_or_insert_default();
                bounds.is_exposed |= followed.is_exposed;
                bounds.follow_to.push(followed.origin);
            }
            Err(text) => {
                self.error.get_or_insert_with(|| Error::request(text));
            }
        }
    }

    pub(crate) fn max_body(&self) -> Option<usize> {
        self.bounds.as_ref().and_then(|bounds| bounds.max_body)
    }

    /// Returns the call's `Bounds`, or an error if they contain a plain `http` origin that the client does not allow.
    pub(crate) fn take_bounds(&mut self, allow_http: bool) -> Result<Option<Box<Bounds>>> {
        let bounds = self.bounds.take();
        if !allow_http && bounds.as_ref().is_some_and(|bounds| bounds.is_exposed) {
            return Err(Error::request(EXPOSED));
        }
        Ok(bounds)
    }

    /// Sets the header `name` of the call, replacing any earlier value. An empty value, such as `None`, does not change
    /// the headers.
    pub(crate) fn set_header<N, V, Via>(&mut self, name: N, value: &V)
    where
        HeaderName: TryFrom<N>,
        V: HeaderOption<Via>,
    {
        match header(name, value) {
            Ok((name, values)) => self.replace(&name, values),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
    }

    fn replace(&mut self, name: &HeaderName, values: Vec<HeaderValue>) {
        if !values.is_empty() {
            self.headers.retain(|(known, _)| known != name);
            self.headers.extend(values.into_iter().map(|value| (name.clone(), value)));
        }
    }

    /// Returns the options for the requests for further pages of a list. The returned options do not contain the call's
    /// headers, because the request for the next page already contains those headers.
    pub(crate) fn without_headers(&self) -> Self {
        Self {
            timeout: self.timeout,
            retry: self.retry.clone(),
            bounds: self.bounds.clone(),
            ..Self::default()
        }
    }

    /// Returns the headers that replace the request's headers, or an error if an option is invalid.
    pub(crate) fn headers(&mut self) -> Result<Vec<(HeaderName, HeaderValue)>> {
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut self.headers)),
        }
    }
}

pub(crate) fn header<N, V, Via>(name: N, value: &V) -> Result<(HeaderName, Vec<HeaderValue>)>
where
    HeaderName: TryFrom<N>,
    V: HeaderOption<Via>,
{
    let Ok(name) = HeaderName::try_from(name) else {
        let text = "the name of a header is not a valid header name. Use a name such as `x-request-id`";
        return Err(Error::request(text));
    };
    let values = value.header_values(&name)?;
    Ok((name, values))
}
