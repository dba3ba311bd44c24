//! Writes arguments to an urlencoded body, encoded as browsers do: a space is `+`.

use form_urlencoded::byte_serialize;
use serde::Serialize;

use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};

/// Appends `value` to a form. A struct or map is written under the names of its fields, anything else under `name`,
/// which is then required.
pub(crate) fn write_form<T: Serialize + ?Sized>(
    form: &mut String,
    name: Option<&str>,
    value: &T,
) -> Result<(), EncodeError> {
    write_scalars(&mut Form(form), name.unwrap_or(NAMELESS), value)
}

const NAMELESS: &str = "";

struct Form<'a>(&'a mut String);

impl ScalarWriter for Form<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        if name == NAMELESS {
            return Err(EncodeError("a form body must be a struct or map".to_owned()));
        }
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0.extend(byte_serialize(text.as_bytes()));
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_as_browsers_do() {
        let mut form = String::new();
        write_form(&mut form, Some("grant type"), "a b*c~&").unwrap();
        write_form(
            &mut form,
            None,
            &[("x", 1), ("y", 2)].into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        )
        .unwrap();
        assert_eq!(form, "grant+type=a+b*c%7E%26&x=1&y=2");
    }

    #[test]
    fn a_whole_form_that_is_a_scalar_is_refused() {
        assert!(write_form(&mut String::new(), None, "text").is_err());
    }
}
