//! Problem details for HTTP APIs (RFC 9457): [`Problem`].

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::error::Rejection;
use crate::format::charset::without_bom;
use crate::format::media_type::MediaType;

/// Problem details, the standard body of an error answer (RFC 9457).
///
/// A member whose type differs from the standard is ignored (RFC 9457 §3.1).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// The member `type`: a URI that identifies the type of problem. If the member is absent, the type is
    /// `about:blank`.
    pub kind: Option<String>,
    /// A short summary of the type of problem.
    pub title: Option<String>,
    /// The status code that the origin server generated.
    pub status: Option<u16>,
    /// An explanation of this occurrence of the problem.
    pub detail: Option<String>,
    /// A URI that identifies this occurrence of the problem.
    pub instance: Option<String>,
    /// All members that the standard does not define.
    pub extensions: Map<String, Value>,
}

impl Problem {
    pub(crate) fn from_answer(answer: &Rejection) -> Option<Self> {
        if !MediaType::of(answer.headers()).is_problem() {
            return None;
        }
        serde_json::from_slice(without_bom(answer.body())).ok()
    }

    fn take(&mut self, name: String, value: Value) {
        let field = match name.as_str() {
            "type" => &mut self.kind,
            "title" => &mut self.title,
            "detail" => &mut self.detail,
            "instance" => &mut self.instance,
            "status" => {
                self.status = value.as_u64().and_then(|status| status.try_into().ok());
                return;
            }
            _ => {
                self.extensions.insert(name, value);
                return;
            }
        };
        *field = if let Value::String(text) = value { Some(text) } else { None };
    }
}

/// This implementation is hand-written, because a derived implementation cannot ignore a member of a wrong type.
impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut problem = Self::default();
        for (name, value) in Map::deserialize(deserializer)? {
            problem.take(name, value);
        }
        Ok(problem)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Problem {
        serde_json::from_slice(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn members_of_the_standard_have_fields_and_all_others_are_extensions() {
        let body = json!({
            "type": "https://shop.test/stale", "title": "Stale", "status": 409, "detail": "the order was changed in the meantime",
            "instance": "/orders/7", "revision": 3
        });
        let problem = read(&body);
        assert_eq!(problem.kind.as_deref(), Some("https://shop.test/stale"));
        assert_eq!((problem.title.as_deref(), problem.status), (Some("Stale"), Some(409)));
        assert_eq!(problem.detail.as_deref(), Some("the order was changed in the meantime"));
        assert_eq!(problem.instance.as_deref(), Some("/orders/7"));
        assert_eq!(Value::Object(problem.extensions), json!({"revision": 3}));
    }

    /// RFC 9457 §3.1.
    #[test]
    fn a_member_of_another_type_is_ignored() {
        let body =
            json!({"type": null, "title": 7, "status": "409", "detail": ["x"], "instance": "/orders/7"});
        let problem = read(&body);
        assert_eq!(problem, Problem { instance: Some("/orders/7".to_owned()), ..Problem::default() });
        assert_eq!(read(&json!({"status": 70_000})), Problem::default());
    }
}
