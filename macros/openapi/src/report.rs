//! Reports the parts of a document that a client does not support.

use std::fmt;

/// A part of the document that the client does not support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The location of the unsupported part: an operation such as `GET /orders/{id}`, or a schema such as
    /// `schema Order`.
    pub place: String,
    /// The unsupported part of the document, and its replacement in the client.
    pub reason: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// All unsupported parts of the document, without duplicates, in the order in which the generator found them.
#[derive(Debug, Default)]
pub(crate) struct Report {
    losses: Vec<Loss>,
}

impl Report {
    pub(crate) fn push(&mut self, place: &str, reason: impl Into<String>) {
        let loss = Loss { place: place.to_owned(), reason: reason.into() };
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
    }

    pub(crate) fn into_losses(self) -> Vec<Loss> {
        self.losses
    }
}
