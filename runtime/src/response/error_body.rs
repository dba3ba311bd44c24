//! What the code of `#[derive(ApiError)]` reads from an error: the status, and the body as the type of a variant.

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::response::body_deserializer::BodyDeserializer;

/// The type of a field in a variant of an [`ApiError`](macro@crate::ApiError): every type that serde can deserialize.
///
/// The body of the answer is read as a method's return value is: as JSON, or as text for a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the body of an error answer",
    label = "not readable",
    note = "derive `serde::Deserialize` for it or for what it holds"
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

/// Returns the status if the answer to the call is itself the error. Returns `None` for all other errors, even those that
/// hold a rejection.
pub(crate) fn error_status(error: &Error) -> Option<u16> {
    error.status().filter(|_| error.is_status()).map(|status| status.as_u16())
}
