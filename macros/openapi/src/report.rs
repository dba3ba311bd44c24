//! What of a document its client does not say.

use std::fmt;

/// Something that the document says and the client cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The operation, `GET /orders/{id}`, or the schema, `schema Order`.
    pub place: String,
    /// What is lost, and what replaces it.
    pub reason: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// All losses, each once, in the order of the document.
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
