//! What `#[derive(ApiError)]` asks of an error: the status that the server refused with, and whether its body
//! is of a variant's type.

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::response::body_deserializer::BodyDeserializer;

/// What a variant of an [`ApiError`](macro@crate::ApiError) can hold: anything that deserializes from the
/// body of the answer, which is read as the answer of a method is. So it is JSON, or text for a `String`.
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

/// The status of the answer that is the failure itself; `None` if something else has failed, even if an
/// answer has to do with it.
pub(crate) fn answered(error: &Error) -> Option<u16> {
    error.status().filter(|_| error.is_status()).map(|status| status.as_u16())
}
