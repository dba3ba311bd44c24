//! [`ScalarWriter`] is the destination of serialized arguments, and [`EncodeError`] is the error for a value that
//! cannot be sent.

use std::fmt;

use serde::ser;

/// Receives the scalars of a value in order.
pub(crate) trait ScalarWriter {
    /// Writes one scalar. `name` is the name of the parameter or field.
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError>;

    /// Writes one scalar of a field of a struct or map.
    fn write_field(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        self.write(name, text)
    }

    fn accepts(&self) -> Accepts;
}

/// The kinds of values that a part of a request, such as the query, can accept. A part of a request that accepts one
/// kind of value also accepts all kinds that are listed before that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Accepts {
    Scalar,
    /// A sequence whose scalars all have the same name.
    Sequence,
    /// A struct or map, whose fields are written under their own names.
    Fields,
    /// A sequence of pairs, each with a name and a value.
    Pairs,
}

/// The reason why a value cannot be sent. The error message never quotes the value, because the value can be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EncodeError(pub(crate) String);

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodeError {}

impl ser::Error for EncodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}
