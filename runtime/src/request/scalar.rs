//! Takes a value apart into named scalars: the one serializer behind path, query, header and form.
//!
//! At the top a scalar goes under the given name, `None` and `()` go nowhere, a sequence repeats the name,
//! and a struct or map goes under the names of its fields. A field may again be a scalar, an `Option` or a
//! sequence of scalars; anything deeper is refused by name.

mod compound;

use std::fmt;

use serde::ser::{self, Impossible, Serialize};

use self::compound::{Elements, Fields};

/// Where the scalars go, in order.
pub(crate) trait Sink {
    /// `name` is the parameter's or the field's.
    fn scalar(&mut self, name: &str, text: &str) -> Result<(), Refusal>;

    /// How much there is room for.
    fn room(&self) -> Room;
}

/// How much of a value a place has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Room {
    /// One scalar.
    Scalar,
    /// Scalars of one name.
    Sequence,
    /// Scalars of several names.
    Fields,
}

/// Why a value cannot be sent. Never quotes the value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

impl ser::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Writes `value` to `sink` under `name`.
pub(crate) fn take_apart<T: Serialize + ?Sized>(
    sink: &mut dyn Sink,
    name: &str,
    value: &T,
) -> Result<(), Refusal> {
    value.serialize(Scalars { sink, name, depth: Depth::Top })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    /// The value of a field or map entry.
    Field,
    /// An element of a sequence.
    Element,
}

struct Scalars<'a> {
    sink: &'a mut dyn Sink,
    name: &'a str,
    depth: Depth,
}

impl Scalars<'_> {
    fn put(self, text: &str) -> Result<(), Refusal> {
        self.sink.scalar(self.name, text)
    }

    fn check_fields(&self) -> Result<(), Refusal> {
        if self.sink.room() < Room::Fields {
            return Err(Refusal(format!("`{}` is a struct or map", self.name)));
        }
        Ok(())
    }

    fn nested(&self) -> Refusal {
        match self.depth {
            Depth::Element => {
                Refusal(format!("`{}` holds a sequence or struct inside a sequence", self.name))
            }
            _ => Refusal(format!("`{}` is a struct or map inside a struct or map", self.name)),
        }
    }
}

macro_rules! integers {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<(), Refusal> {
            self.put(itoa::Buffer::new().format(value))
        }
    )*};
}

macro_rules! floats {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<(), Refusal> {
            if !value.is_finite() {
                return Err(Refusal(format!("`{}` is not a finite number", self.name)));
            }
            let text = serde_json::to_string(&value).map_err(ser::Error::custom)?;
            self.put(&text)
        }
    )*};
}

impl<'a> ser::Serializer for Scalars<'a> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Elements<'a>;
    type SerializeTuple = Elements<'a>;
    type SerializeTupleStruct = Elements<'a>;
    type SerializeTupleVariant = Impossible<(), Refusal>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Impossible<(), Refusal>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }
    floats! { serialize_f32 f32, serialize_f64 f64, }

    fn serialize_bool(self, value: bool) -> Result<(), Refusal> {
        self.put(if value { "true" } else { "false" })
    }

    fn serialize_char(self, value: char) -> Result<(), Refusal> {
        self.put(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Refusal> {
        self.put(value)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Refusal> {
        Err(Refusal(format!("`{}` is raw bytes, which have no text", self.name)))
    }

    fn serialize_none(self) -> Result<(), Refusal> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refusal> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refusal> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refusal> {
        self.put(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        self.check_fields()?;
        if self.depth != Depth::Top {
            return Err(self.nested());
        }
        value.serialize(Scalars { sink: self.sink, name: variant, depth: Depth::Field })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements<'a>, Refusal> {
        if self.depth == Depth::Element {
            return Err(self.nested());
        }
        if self.sink.room() < Room::Sequence {
            return Err(Refusal(format!("`{}` is a sequence", self.name)));
        }
        Ok(Elements { sink: self.sink, name: self.name })
    }

    fn serialize_tuple(self, len: usize) -> Result<Elements<'a>, Refusal> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Elements<'a>, Refusal> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Refusal> {
        Err(self.nested())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>, Refusal> {
        self.check_fields()?;
        if self.depth != Depth::Top {
            return Err(self.nested());
        }
        Ok(Fields { sink: self.sink, key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Fields<'a>, Refusal> {
        self.serialize_map(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Refusal> {
        Err(self.nested())
    }
}
