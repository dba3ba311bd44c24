//! Problem details for HTTP APIs (RFC 9457): [`Problem`].

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::media_type::MediaType;
use crate::rejection::Rejection;

/// Problem details, the standard body of an error answer (RFC 9457).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// A URI that names the kind of problem; absent means `about:blank`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// A short summary of the kind of problem.
    #[serde(default)]
    pub title: Option<String>,
    /// The status that the origin server gave.
    #[serde(default)]
    pub status: Option<u16>,
    /// What went wrong this time.
    #[serde(default)]
    pub detail: Option<String>,
    /// A URI that names this occurrence.
    #[serde(default)]
    pub instance: Option<String>,
    /// Everything else that the server said.
    #[serde(flatten)]
    pub extensions: Map<String, Value>,
}

impl Problem {
    pub(crate) fn from_answer(answer: &Rejection) -> Option<Self> {
        if !MediaType::of(answer.headers()).is_problem() {
            return None;
        }
        serde_json::from_slice(answer.body()).ok()
    }
}
