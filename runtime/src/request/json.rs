//! Writes a JSON body and detects `None`, which means that the call has no body.
//!
//! `serde_json` writes both `None` and `()` as `null`. A wrapper around `serde_json`'s serializer distinguishes `None`
//! from `()`. The wrapper detects `None` while it serializes the value. A separate check before serialization would
//! need a second serializer, so the serialization code of each type would be compiled twice.

use serde::ser::{Serialize, Serializer};

type Json<'a, 'w> = &'a mut serde_json::Serializer<&'w mut Vec<u8>>;

/// Returns `value` as JSON, or `None` if the value is `None`.
pub(crate) fn write_json<T: Serialize + ?Sized>(value: &T) -> Result<Option<Vec<u8>>, serde_json::Error> {
    let (mut body, mut none) = (Vec::with_capacity(128), false);
    let written =
        value.serialize(TopLevel { json: &mut serde_json::Serializer::new(&mut body), none: &mut none });
    finish(written, body, none)
}

/// This function is separate from the generic [`write_json`], so that it is compiled only once.
fn finish(
    written: Result<(), serde_json::Error>,
    body: Vec<u8>,
    none: bool,
) -> Result<Option<Vec<u8>>, serde_json::Error> {
    written.map(|()| (!none).then_some(body))
}

/// Serializes a value as JSON and detects a `None` at the top level. Nested values are passed to `serde_json` directly.
struct TopLevel<'a, 'w> {
    json: Json<'a, 'w>,
    none: &'a mut bool,
}

macro_rules! forward {
    ($($method:ident $(<$generic:ident>)? ($($name:ident: $type:ty),*) -> $ok:ty;)*) => {$(
        fn $method $(<$generic: Serialize + ?Sized>)? (self, $($name: $type),*) -> Result<$ok, serde_json::Error> {
            self.json.$method($($name),*)
        }
    )*};
}

impl<'a, 'w> Serializer for TopLevel<'a, 'w> {
    type Ok = ();
    type Error = serde_json::Error;
    type SerializeSeq = <Json<'a, 'w> as Serializer>::SerializeSeq;
    type SerializeTuple = <Json<'a, 'w> as Serializer>::SerializeTuple;
    type SerializeTupleStruct = <Json<'a, 'w> as Serializer>::SerializeTupleStruct;
    type SerializeTupleVariant = <Json<'a, 'w> as Serializer>::SerializeTupleVariant;
    type SerializeMap = <Json<'a, 'w> as Serializer>::SerializeMap;
    type SerializeStruct = <Json<'a, 'w> as Serializer>::SerializeStruct;
    type SerializeStructVariant = <Json<'a, 'w> as Serializer>::SerializeStructVariant;

    fn serialize_none(self) -> Result<(), serde_json::Error> {
        *self.none = true;
        Ok(())
    }

    fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<(), serde_json::Error> {
        self.json.collect_str(value)
    }

    forward! {
        serialize_bool(value: bool) -> ();
        serialize_i8(value: i8) -> ();
        serialize_i16(value: i16) -> ();
        serialize_i32(value: i32) -> ();
        serialize_i64(value: i64) -> ();
        serialize_i128(value: i128) -> ();
        serialize_u8(value: u8) -> ();
        serialize_u16(value: u16) -> ();
        serialize_u32(value: u32) -> ();
        serialize_u64(value: u64) -> ();
        serialize_u128(value: u128) -> ();
        serialize_f32(value: f32) -> ();
        serialize_f64(value: f64) -> ();
        serialize_char(value: char) -> ();
        serialize_str(value: &str) -> ();
        serialize_bytes(value: &[u8]) -> ();
        serialize_some<T>(value: &T) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(name: &'static str) -> ();
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> ();
        serialize_newtype_struct<T>(name: &'static str, value: &T) -> ();
        serialize_newtype_variant<T>(name: &'static str, index: u32, variant: &'static str, value: &T) -> ();
        serialize_seq(len: Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(len: usize) -> Self::SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> Self::SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> Self::SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> Self::SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> Self::SerializeStructVariant;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_none<T: Serialize + ?Sized>(value: &T) -> bool {
        let json = write_json(value).unwrap();
        if let Some(json) = &json {
            assert_eq!(*json, serde_json::to_vec(value).unwrap());
        }
        json.is_none()
    }

    #[test]
    fn only_none_means_no_body() {
        assert!(is_none(&None::<u8>) && is_none(&&None::<&str>));
        assert!(!is_none(&()) && !is_none(&serde_json::Value::Null));
        assert!(!is_none(&Some(1)) && !is_none("") && !is_none(&[0_u8; 0]));
    }

    #[test]
    fn everything_else_is_written_as_serde_json_writes_it() {
        #[derive(serde::Serialize)]
        enum Shape {
            Unit,
            Newtype(Option<u8>),
            Tuple(u8, Option<u8>),
            Struct { side: Option<f64> },
        }
        #[derive(serde::Serialize)]
        struct Wrapped(Option<u8>);
        let shapes =
            [Shape::Unit, Shape::Newtype(None), Shape::Tuple(1, None), Shape::Struct { side: Some(0.5) }];
        assert!(!is_none(&shapes) && shapes.iter().all(|shape| !is_none(shape)));
        assert!(!is_none(&Wrapped(None)) && !is_none(&Some(None::<u8>)) && !is_none(&(1_u8, 'x')));
        assert!(!is_none(&std::collections::BTreeMap::from([("a", None::<u8>)])));
        assert!(!is_none(&std::net::IpAddr::from([127, 0, 0, 1])));
    }
}
