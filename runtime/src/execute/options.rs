//! The options of one call: [`CallOptions`].

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::retry::policy::Retry;
use crate::error::{Error, Result};
use crate::request::header_option::HeaderOption;

/// What a caller sets for one call, or for all calls of a clone of a client.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Arc<Retry>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The error of the first option that cannot be used.
    error: Option<Error>,
}

impl CallOptions {
    /// Replaces the header. A value without a header, such as `None`, changes nothing.
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

    /// The options of further pages, whose requests have the headers already.
    pub(crate) fn without_headers(&self) -> Self {
        Self { timeout: self.timeout, retry: self.retry.clone(), ..Self::default() }
    }

    /// The headers that replace those of the request, or the error of an option.
    pub(crate) fn headers(&mut self) -> Result<Vec<(HeaderName, HeaderValue)>> {
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut self.headers)),
        }
    }
}

/// A header of an option: its name and its values.
pub(crate) fn header<N, V, Via>(name: N, value: &V) -> Result<(HeaderName, Vec<HeaderValue>)>
where
    HeaderName: TryFrom<N>,
    V: HeaderOption<Via>,
{
    let Ok(name) = HeaderName::try_from(name) else {
        return Err(Error::request("the name of a header is not a valid header name"));
    };
    let values = value.header_values(&name)?;
    Ok((name, values))
}
