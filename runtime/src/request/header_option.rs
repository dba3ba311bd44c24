//! [`HeaderOption`] is the value of a header that the user sets for a call or a client.

use http::{HeaderName, HeaderValue};
use serde::Serialize;

use super::header::header_values;
use crate::error::Error;

/// A header value: a `HeaderValue`, or a type that serializes as a scalar, such as a string, a number or an `Option` of
/// a scalar. `None` omits the header.
///
/// `Via` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent in a header",
    label = "neither a `HeaderValue` nor serializable",
    note = "derive `serde::Serialize` for the type or for the types that it contains"
)]
pub trait HeaderOption<Via> {
    #[doc(hidden)]
    fn header_values(&self, name: &HeaderName) -> Result<Vec<HeaderValue>, Error>;
}

/// Marks a [`HeaderOption`] that is a `HeaderValue`.
#[derive(Debug)]
pub enum ByHeaderValue {}

/// Marks a [`HeaderOption`] that is serialized.
#[derive(Debug)]
pub enum BySerialize {}

impl HeaderOption<ByHeaderValue> for HeaderValue {
    fn header_values(&self, _: &HeaderName) -> Result<Vec<HeaderValue>, Error> {
        Ok(vec![self.clone()])
    }
}

impl HeaderOption<ByHeaderValue> for &HeaderValue {
    fn header_values(&self, _: &HeaderName) -> Result<Vec<HeaderValue>, Error> {
        Ok(vec![Self::clone(self).clone()])
    }
}

impl HeaderOption<ByHeaderValue> for Option<HeaderValue> {
    fn header_values(&self, _: &HeaderName) -> Result<Vec<HeaderValue>, Error> {
        Ok(self.iter().cloned().collect())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> HeaderOption<BySerialize> for T {
    fn header_values(&self, name: &HeaderName) -> Result<Vec<HeaderValue>, Error> {
        let mut values = Vec::new();
        let mut put = |value| values.push(value);
        header_values(name.as_str(), self, &mut put).map_err(|error| Error::request(error.0))?;
        Ok(values)
    }
}
