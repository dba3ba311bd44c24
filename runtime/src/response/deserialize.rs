//! Decodes a response body into the declared type.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::body_deserializer::BodyDeserializer;
use super::decode_error::DecodeError;
use crate::error::Error;
use crate::format::{charset, form_document};

impl Answer {
    /// Decodes the body of a successful response. This function is compiled once for each return type, so all code that
    /// does not depend on the type is in other functions.
    pub(crate) fn deserialize<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        if !self.status.is_success() && !self.is_none() {
            return Err(self.into_status_error());
        }
        let body = self.take_document();
        let source = BodyDeserializer::new(self.status, &self.headers, body, self.none);
        match T::deserialize(&source) {
            Ok(value) => Ok(value),
            Err(error) => {
                let body = source.into_body();
                Err(self.into_decode_error(body, &error, Self::error_of::<T>))
            }
        }
    }

    /// Returns the body. A urlencoded token response is converted to the equivalent JSON document.
    fn take_document(&mut self) -> Bytes {
        let body = self.content.take();
        let json = self.secret.then(|| form_document::as_json(&self.headers, charset::without_bom(&body)));
        json.flatten().map_or(body, Bytes::from)
    }

    /// Decodes a modified body as `T` and returns the error, or `None` if decoding succeeds.
    fn error_of<T: DeserializeOwned>(&self, body: Bytes) -> Option<DecodeError> {
        T::deserialize(&BodyDeserializer::new(self.status, &self.headers, body, self.none)).err()
    }
}
