//! Reads the status and body of an error for the code that `#[derive(ApiError)]` generates.

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::response::body_deserializer::BodyDeserializer;

/// The type of the field in an [`ApiError`](macro@crate::ApiError) variant: any type that serde can deserialize.
///
/// The response body is read like a method's return value: as text for a `String`, and as JSON for any other type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the body of an error response",
    label = "not readable",
    note = "derive `serde::Deserialize` for the type or for the types that it contains"
)]
pub trait ErrorBody: Sized {
    #[doc(hidden)]
    fn of(error: &Error) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> ErrorBody for T {
    fn of(error: &Error) -> Option<Self> {
        let (status, headers, body) = (error.status()?, error.headers()?, error.body()?);
        T::deserialize(&BodyDeserializer::new(status, headers, body.clone(), false)).ok()
    }
}

/// Returns the status of the response to the call itself, if that response was unsuccessful. Returns `None` if the
/// error has another cause, such as a failed refresh, even if the server refused the call's credential before that
/// failure.
pub(crate) fn error_status(error: &Error) -> Option<u16> {
    error.status().filter(|_| error.is_status()).map(|status| status.as_u16())
}
