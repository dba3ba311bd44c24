//! Deserializes a response body into the declared type. How the body is read depends on the first deserializer method
//! that the type's `Deserialize` implementation calls. `()` ignores the body, `Option` reads an absent body as `None`,
//! byte types take the raw body, string types take the body as text, and any other type is read as JSON. The name of
//! the declared type does not affect how the body is read.

use std::cell::{Cell, OnceCell};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::{Deserializer, Visitor};

use crate::format::charset;
use crate::format::media_type::MediaType;
use crate::response::decode_error::DecodeError;

pub(crate) struct BodyDeserializer<'h> {
    /// The body, which moves to `lent` when a type borrows data from the body. A type that owns its data takes the body
    /// without copying it.
    body: Cell<Option<Bytes>>,
    lent: OnceCell<Bytes>,
    absent: bool,
    /// Whether the method returns `None` for the status of the response (`#[none_on(...)]`). If the status is listed in
    /// `none_on`, the response can be read only as an `Option`.
    none: bool,
    /// The response headers, or `None` if the deserializer reads an item of a stream, such as a line. A stream item has
    /// no byte order mark.
    headers: Option<&'h HeaderMap>,
}

impl<'h> BodyDeserializer<'h> {
    pub(crate) fn new(status: StatusCode, headers: &'h HeaderMap, body: Bytes, none: bool) -> Self {
        let no_content = matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT);
        Self {
            none,
            absent: none || no_content || body.is_empty() || body.trim_ascii() == b"null",
            headers: Some(headers),
            body: Cell::new(Some(body)),
            lent: OnceCell::new(),
        }
    }

    /// Creates a deserializer for one item of a streamed response.
    pub(crate) fn item(text: Bytes) -> Self {
        Self {
            none: false,
            absent: text.is_empty() || text.trim_ascii() == b"null",
            headers: None,
            body: Cell::new(Some(text)),
            lent: OnceCell::new(),
        }
    }

    fn lend(&self) -> Result<&Bytes, DecodeError> {
        if self.none {
            return Err(DecodeError::NotAnOption);
        }
        Ok(self.lent.get_or_init(|| self.body.take().unwrap_or_default()))
    }

    fn json(&self) -> Result<&[u8], DecodeError> {
        self.lend().map(|body| charset::without_bom(body))
    }

    fn reader(&self) -> Result<JsonReader<'_>, DecodeError> {
        self.json().map(serde_json::Deserializer::from_slice)
    }

    fn own(&self) -> Result<Vec<u8>, DecodeError> {
        match self.body.take().filter(|_| !self.none) {
            Some(body) => Ok(body.into()),
            None => Ok(self.lend()?.to_vec()),
        }
    }

    pub(crate) fn into_body(self) -> Bytes {
        self.lent.into_inner().or(self.body.into_inner()).unwrap_or_default()
    }

    fn text(&self) -> Result<String, DecodeError> {
        let Some(headers) = self.headers else { return Ok(charset::utf8(self.own()?)?) };
        let kind = MediaType::of(headers);
        if kind.is_json() {
            if let Ok(text) = serde_json::from_slice(self.json()?) {
                return Ok(text);
            }
        }
        Ok(charset::decode(self.own()?, kind.charset())?)
    }
}

type JsonReader<'de> = serde_json::Deserializer<serde_json::de::SliceRead<'de>>;

/// Returns an error if more text follows the JSON value.
fn end(json: &mut JsonReader<'_>) -> Result<(), DecodeError> {
    json.end().map_err(DecodeError::Json)
}

/// Reads a JSON value. The code that this macro generates is compiled separately for each type that is decoded. The
/// macro avoids `?`, because the error conversion in `?` would also be compiled for each type.
macro_rules! read_json {
    ($source:ident.$method:ident($($argument:ident),*)) => {
        match $source.reader() {
            Ok(mut json) => match json.$method($($argument),*) {
                Ok(value) => match end(&mut json) {
                    Ok(()) => Ok(value),
                    Err(error) => Err(error),
                },
                Err(error) => Err(DecodeError::Json(error)),
            },
            Err(error) => Err(error),
        }
    };
}

macro_rules! as_json {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            read_json!(self.$method(visitor))
        }
    )*};
}

macro_rules! as_text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            visitor.visit_string(self.text()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &'de BodyDeserializer<'_> {
    type Error = DecodeError;

    as_json! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_seq deserialize_map deserialize_identifier
    }
    as_text! { deserialize_str deserialize_string }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_borrowed_bytes(self.lend()?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_byte_buf(self.own()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.absent { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.lend()?;
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        read_json!(self.deserialize_tuple(len, visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        read_json!(self.deserialize_struct(name, fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        read_json!(self.deserialize_enum(name, variants, visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::net::IpAddr;

    use http::header::CONTENT_TYPE;
    use serde::de::DeserializeOwned;

    use super::*;

    fn read<T: DeserializeOwned>(kind: &'static str, body: &'static str) -> Result<T, String> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
        let source =
            BodyDeserializer::new(StatusCode::OK, &headers, Bytes::from_static(body.as_bytes()), false);
        T::deserialize(&source).map_err(|error| error.position())
    }

    const JSON: &str = "application/json; charset=utf-8";

    #[test]
    fn a_string_is_the_body_or_the_json_string() {
        assert_eq!(read::<String>("text/plain", "\"ok\"").unwrap(), "\"ok\"");
        assert_eq!(read::<String>(JSON, "\"ok\"").unwrap(), "ok");
        assert_eq!(read::<String>(JSON, "{\"a\":1}").unwrap(), "{\"a\":1}");
        assert_eq!(read::<IpAddr>("text/plain", "127.0.0.1").unwrap(), IpAddr::from([127, 0, 0, 1]));
    }

    #[test]
    fn an_absent_body_is_none_and_the_unit_accepts_anything() {
        assert_eq!(read::<Option<u8>>(JSON, "").unwrap(), None);
        assert_eq!(read::<Option<u8>>(JSON, " null ").unwrap(), None);
        assert_eq!(read::<Option<u8>>(JSON, "7").unwrap(), Some(7));
        assert_eq!(read::<Option<String>>("text/plain", "x").unwrap(), Some("x".into()));
        read::<()>("text/html", "<p>").unwrap();
    }

    #[test]
    fn an_error_says_what_was_expected_and_not_what_was_found() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Size {
            Large,
        }
        fn message<T: DeserializeOwned + fmt::Debug>(body: &'static str) -> String {
            let headers = HeaderMap::new();
            let source =
                BodyDeserializer::new(StatusCode::OK, &headers, Bytes::from_static(body.as_bytes()), false);
            T::deserialize(&source).unwrap_err().to_string()
        }
        assert_eq!(
            message::<Vec<u8>>(r#"["se, expected cret"]"#),
            "invalid type: string, expected u8 at line 1 column 20"
        );
        assert_eq!(message::<Size>("\"secret\""), "unknown variant, expected `large` at line 1 column 8");
        assert_eq!(message::<IpAddr>("secret"), "invalid IP address syntax");
        assert_eq!(read::<Size>(JSON, "\"large\"").map(|Size::Large| ()), Ok(()));
    }

    #[test]
    fn bytes_are_the_body_itself() {
        assert_eq!(read::<Bytes>(JSON, "[1]").unwrap(), Bytes::from_static(b"[1]"));
    }

    #[test]
    fn everything_else_is_json_and_only_json() {
        assert_eq!(read::<(u8, String)>("", "[1, \"a\"]").unwrap(), (1, "a".to_owned()));
        assert_eq!(read::<serde_json::Value>(JSON, "{\"a\":[1]}").unwrap()["a"][0], 1);
        assert_eq!(read::<u8>(JSON, "1 2").unwrap_err(), "invalid JSON at line 1 column 3");
        assert_eq!(read::<Vec<u8>>(JSON, "").unwrap_err(), "its JSON is truncated");
    }
}
