//! Writes arguments to a urlencoded body. Values are encoded as in a browser: a space becomes `+`.

use form_urlencoded::byte_serialize;
use serde::Serialize;

use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};

/// Appends `value` to a form. Each field of a struct or map is written under its own name, or as `name[field]` if
/// `name` is not `None`. For a value that is not a struct or map, `name` is required, and the value is written under
/// this name.
pub(crate) fn write_form<T: Serialize + ?Sized>(
    form: &mut String,
    name: Option<&str>,
    value: &T,
) -> Result<(), EncodeError> {
    write_scalars(&mut Form { form, name }, name.unwrap_or(NAMELESS), value)
}

const NAMELESS: &str = "";

struct Form<'a> {
    form: &'a mut String,
    /// The name that the method declares for the argument, if any.
    name: Option<&'a str>,
}

impl ScalarWriter for Form<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        if name == NAMELESS {
            let text = "a form body must be a struct, a map or a sequence of pairs";
            return Err(EncodeError(text.to_owned()));
        }
        if !self.form.is_empty() {
            self.form.push('&');
        }
        self.form.extend(byte_serialize(name.as_bytes()));
        self.form.push('=');
        self.form.extend(byte_serialize(text.as_bytes()));
        Ok(())
    }

    fn write_field(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        match self.name {
            Some(outer) => self.write(&format!("{outer}[{name}]"), text),
            None => self.write(name, text),
        }
    }

    fn accepts(&self) -> Accepts {
        if self.name.is_none() { Accepts::Pairs } else { Accepts::Fields }
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
    fn a_sequence_of_pairs_is_a_whole_form() {
        let mut form = String::new();
        write_form(&mut form, None, &[("a", "x y"), ("b", "2")]).unwrap();
        assert_eq!(form, "a=x+y&b=2");
        assert!(write_form(&mut form, Some("name"), &[("a", 1)]).is_err());
    }

    #[test]
    fn a_map_under_a_given_name_is_written_in_brackets() {
        let mut form = String::new();
        let card = std::collections::BTreeMap::from([("cvc", "1"), ("number", "42")]);
        write_form(&mut form, Some("card"), &card).unwrap();
        assert_eq!(form, "card%5Bcvc%5D=1&card%5Bnumber%5D=42");
    }

    #[test]
    fn a_whole_form_that_is_a_scalar_is_refused() {
        assert!(write_form(&mut String::new(), None, "text").is_err());
    }
}
