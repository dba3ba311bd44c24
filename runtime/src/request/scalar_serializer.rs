//! Serializes a value as scalars, each with a name. Path, query, header, cookie, form and multipart arguments all use
//! this serializer.
//!
//! At the top level, a scalar is written under the given name, and nothing is written for `None` and `()`. All elements
//! of a sequence are written under one name. The fields of a struct or map are written under their own names. A
//! sequence of pairs is written like a map if the [`ScalarWriter`] accepts pairs. A field can be a scalar, a sequence
//! of scalars, or an `Option` of either. Any deeper nesting, such as a struct inside a struct, causes an error that
//! contains the field name.

use serde::ser::{self, Impossible, Serialize};

use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};

type Result<T = (), E = EncodeError> = std::result::Result<T, E>;

/// Writes the scalars of `value` to `writer` under `name`.
pub(crate) fn write_scalars<T: Serialize + ?Sized>(
    writer: &mut dyn ScalarWriter,
    name: &str,
    value: &T,
) -> Result {
    value.serialize(ScalarSerializer { writer, name, named: Named::Argument, depth: Depth::Top })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    /// The value of a field or map entry.
    Field,
    /// An element of a sequence.
    Element,
}

/// The source of the name under which a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Argument,
    Field,
    /// The value is written under a map key. The key can be a secret, so errors do not show the key.
    Key,
}

struct ScalarSerializer<'a> {
    writer: &'a mut dyn ScalarWriter,
    name: &'a str,
    named: Named,
    depth: Depth,
}

impl ScalarSerializer<'_> {
    fn write(self, text: &str) -> Result {
        match self.named {
            Named::Argument => self.writer.write(self.name, text),
            Named::Field | Named::Key => self.writer.write_field(self.name, text),
        }
    }

    fn check_fields(&self) -> Result {
        if self.writer.accepts() < Accepts::Fields {
            return Err(self.error("is a struct or map"));
        }
        Ok(())
    }

    fn nested(&self) -> EncodeError {
        self.error(match self.depth {
            Depth::Element => "contains a sequence or struct inside a sequence",
            Depth::Top | Depth::Field => "is a struct or map inside a struct or map",
        })
    }

    fn error(&self, fact: &str) -> EncodeError {
        EncodeError(format!("`{}` {fact}", if self.named == Named::Key { "*" } else { self.name }))
    }
}

macro_rules! integers {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result {
            self.write(itoa::Buffer::new().format(value))
        }
    )*};
}

macro_rules! floats {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result {
            if !value.is_finite() {
                return Err(self.error("is not a finite number"));
            }
            let text = serde_json::to_string(&value).map_err(ser::Error::custom)?;
            self.write(&text)
        }
    )*};
}

impl<'a> ser::Serializer for ScalarSerializer<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = SequenceSerializer<'a>;
    type SerializeTuple = SequenceSerializer<'a>;
    type SerializeTupleStruct = SequenceSerializer<'a>;
    type SerializeTupleVariant = Impossible<(), EncodeError>;
    type SerializeMap = FieldSerializer<'a>;
    type SerializeStruct = FieldSerializer<'a>;
    type SerializeStructVariant = Impossible<(), EncodeError>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }
    floats! { serialize_f32 f32, serialize_f64 f64, }

    fn serialize_bool(self, value: bool) -> Result {
        self.write(if value { "true" } else { "false" })
    }

    fn serialize_char(self, value: char) -> Result {
        self.write(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.write(value)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result {
        Err(self.error("is raw bytes, which cannot be sent as text"))
    }

    fn serialize_none(self) -> Result {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.write(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.check_fields()?;
        if self.depth != Depth::Top {
            return Err(self.nested());
        }
        value.serialize(ScalarSerializer {
            writer: self.writer,
            name: variant,
            named: Named::Field,
            depth: Depth::Field,
        })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<SequenceSerializer<'a>> {
        if self.depth == Depth::Element {
            return Err(self.nested());
        }
        if self.writer.accepts() < Accepts::Sequence {
            return Err(self.error("is a sequence"));
        }
        Ok(SequenceSerializer { writer: self.writer, name: self.name, named: self.named, pair: None })
    }

    fn serialize_tuple(self, len: usize) -> Result<SequenceSerializer<'a>> {
        // Only the argument itself can be a sequence of pairs, because the elements of a sequence in a field are
        // written under the field's name.
        let in_argument = self.depth == Depth::Element && self.named == Named::Argument;
        if len == 2 && in_argument && self.writer.accepts() >= Accepts::Pairs {
            let pair = Some(Pair::Start);
            return Ok(SequenceSerializer { writer: self.writer, name: self.name, named: self.named, pair });
        }
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<SequenceSerializer<'a>> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(self.nested())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<FieldSerializer<'a>> {
        self.check_fields()?;
        if self.depth != Depth::Top {
            return Err(self.nested());
        }
        Ok(FieldSerializer { writer: self.writer, key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<FieldSerializer<'a>> {
        self.serialize_map(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(self.nested())
    }
}

struct SequenceSerializer<'a> {
    writer: &'a mut dyn ScalarWriter,
    name: &'a str,
    named: Named,
    /// The state of the pair that is being written, or `None` outside a pair.
    pair: Option<Pair>,
}

enum Pair {
    Start,
    /// The name in the pair has been read, but the value has not.
    Named(String),
}

impl SequenceSerializer<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let (name, named, depth) = match &self.pair {
            None => (self.name, self.named, Depth::Element),
            Some(Pair::Start) => {
                self.pair = Some(Pair::Named(key_text(value)?));
                return Ok(());
            }
            Some(Pair::Named(name)) => (name.as_str(), Named::Key, Depth::Field),
        };
        value.serialize(ScalarSerializer { writer: self.writer, name, named, depth })
    }
}

/// Returns the text of a map key, or of the name in a pair.
fn key_text<T: Serialize + ?Sized>(key: &T) -> Result<String> {
    let mut text = MapKey(None);
    write_scalars(&mut text, "a map's key", key)?;
    text.0.ok_or_else(|| EncodeError("a map's key is empty".to_owned()))
}

macro_rules! sequences {
    ($($trait:ident $method:ident,)*) => {$(
        impl ser::$trait for SequenceSerializer<'_> {
            type Ok = ();
            type Error = EncodeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.element(value)
            }

            fn end(self) -> Result {
                Ok(())
            }
        }
    )*};
}

sequences! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
}

struct FieldSerializer<'a> {
    writer: &'a mut dyn ScalarWriter,
    key: String,
}

impl FieldSerializer<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &str, named: Named, value: &T) -> Result {
        value.serialize(ScalarSerializer { writer: self.writer, name, named, depth: Depth::Field })
    }
}

impl ser::SerializeMap for FieldSerializer<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.key = key_text(key)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let key = std::mem::take(&mut self.key);
        self.field(&key, Named::Key, value)
    }

    fn end(self) -> Result {
        Ok(())
    }
}

impl ser::SerializeStruct for FieldSerializer<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result {
        self.field(name, Named::Field, value)
    }

    fn end(self) -> Result {
        Ok(())
    }
}

struct MapKey(Option<String>);

impl ScalarWriter for MapKey {
    fn write(&mut self, _: &str, text: &str) -> Result {
        self.0 = Some(text.to_owned());
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Scalar
    }
}
