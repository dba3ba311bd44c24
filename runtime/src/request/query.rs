//! Writes arguments to the query string. A space is sent as `%20`, which every server decodes. A `+` represents a space
//! only in a form.

use serde::Serialize;

use super::path::push_encoded;
use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};

/// Appends `value` to the query of a URL. A `?` precedes the first pair, and a `&` precedes each later pair. `start` is
/// the offset of the `?`.
pub(crate) fn write_query<T: Serialize + ?Sized>(
    url: &mut String,
    start: &mut Option<usize>,
    name: &str,
    value: &T,
) -> Result<(), EncodeError> {
    write_scalars(&mut Query { url, start }, name, value)
}

/// Appends `value` to a URL under the name that the method declares. The fields of a struct or map are written as
/// `name[field]`.
pub(crate) fn write_named_query<T: Serialize + ?Sized>(
    url: &mut String,
    start: &mut Option<usize>,
    name: &str,
    value: &T,
) -> Result<(), EncodeError> {
    write_scalars(&mut NamedQuery { query: Query { url, start }, name }, name, value)
}

struct NamedQuery<'a> {
    query: Query<'a>,
    name: &'a str,
}

impl ScalarWriter for NamedQuery<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        self.query.write(name, text)
    }

    fn write_field(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        self.query.write(&format!("{}[{name}]", self.name), text)
    }

    fn accepts(&self) -> Accepts {
        Accepts::Fields
    }
}

struct Query<'a> {
    url: &'a mut String,
    start: &'a mut Option<usize>,
}

impl ScalarWriter for Query<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        if self.start.is_none() {
            *self.start = Some(self.url.len());
            self.url.push('?');
        } else {
            self.url.push('&');
        }
        push_encoded(self.url, name);
        self.url.push('=');
        push_encoded(self.url, text);
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Pairs
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn query<T: Serialize + ?Sized>(value: &T) -> Result<String, EncodeError> {
        let mut url = String::new();
        write_query(&mut url, &mut None, "tag", value).map(|()| url)
    }

    #[derive(serde::Serialize)]
    struct Page {
        size: u8,
        after: Option<&'static str>,
        sort: Vec<&'static str>,
    }

    #[test]
    fn the_shape_of_the_value_decides_how_it_is_written() {
        assert_eq!(query(&None::<u8>).as_deref(), Ok(""));
        assert_eq!(query("a b&c").as_deref(), Ok("?tag=a%20b%26c"));
        assert_eq!(query(&["x", "y"][..]).as_deref(), Ok("?tag=x&tag=y"));
        let page = Page { size: 20, after: None, sort: vec!["name", "-id"] };
        assert_eq!(query(&page).as_deref(), Ok("?size=20&sort=name&sort=-id"));
        assert_eq!(query(&BTreeMap::from([("page[size]", 5)])).as_deref(), Ok("?page%5Bsize%5D=5"));
    }

    #[test]
    fn a_sequence_of_pairs_is_written_like_a_map() {
        assert_eq!(query(&[("k", 1), ("k", 2)]).as_deref(), Ok("?k=1&k=2"));
        assert_eq!(query(&vec![("a", Some("x y")), ("b", None)]).as_deref(), Ok("?a=x%20y"));
        assert_eq!(query(&[("ids", [1, 2])]).as_deref(), Ok("?ids=1&ids=2"));
        assert_eq!(query(&[["a", "b"]]).as_deref(), Ok("?a=b"));
        // A single pair outside a sequence is serialized as a sequence of two scalars.
        assert_eq!(query(&("a", "b")).as_deref(), Ok("?tag=a&tag=b"));
        assert!(query(&[("a", "b", "c")]).is_err() && query(&[("a", [("b", "c")])]).is_err());
        let EncodeError(text) = query(&[("SECRET", BTreeMap::from([("l", 1)]))]).unwrap_err();
        assert!(!text.contains("SECRET"), "{text}");
        assert!(query(&[(None::<&str>, 1)]).is_err());
    }

    /// A map key can be a secret, so an error must not show the key.
    #[test]
    fn an_error_shows_no_key_of_a_map() {
        for value in [serde_json::json!({ "SECRET": { "a": 1 } }), serde_json::json!({ "SECRET": [[1]] })] {
            let EncodeError(text) = query(&value).unwrap_err();
            assert!(text.starts_with("`*` ") && !text.contains("SECRET"), "{text}");
        }
    }

    #[test]
    fn a_struct_under_a_given_name_is_written_in_brackets() {
        fn named<T: Serialize + ?Sized>(value: &T) -> Result<String, EncodeError> {
            let mut url = String::new();
            write_named_query(&mut url, &mut None, "filter", value)
                .map(|()| url.replace("%5B", "[").replace("%5D", "]"))
        }
        #[derive(serde::Serialize)]
        struct Filter {
            id: u8,
            tag: Vec<&'static str>,
            after: Option<u8>,
        }
        let filter = Filter { id: 1, tag: vec!["a", "b"], after: None };
        assert_eq!(named(&filter).as_deref(), Ok("?filter[id]=1&filter[tag]=a&filter[tag]=b"));
        assert_eq!(named(&BTreeMap::from([("k", 1)])).as_deref(), Ok("?filter[k]=1"));
        assert_eq!(named("x").as_deref(), Ok("?filter=x"));
        assert_eq!(named(&["x", "y"]).as_deref(), Ok("?filter=x&filter=y"));
        assert_eq!(named(&None::<u8>).as_deref(), Ok(""));
        assert!(named(&[("k", 1)]).is_err());
        assert!(named(&BTreeMap::from([("k", BTreeMap::from([("l", 1)]))])).is_err());
    }

    #[test]
    fn a_nested_struct_is_an_error_that_names_the_field() {
        #[derive(serde::Serialize)]
        struct Outer {
            page: Page,
        }
        let outer = Outer { page: Page { size: 1, after: None, sort: vec![] } };
        assert_eq!(
            query(&outer),
            Err(EncodeError("`page` is a struct or map inside a struct or map".into()))
        );
    }
}
