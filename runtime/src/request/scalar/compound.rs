//! What a value takes apart into that is no scalar: the elements of a sequence, the fields of a struct or map.

use serde::ser::{self, Serialize};

use super::{Depth, Refusal, Room, Scalars, Sink, take_apart};

pub(super) struct Elements<'a> {
    pub(super) sink: &'a mut dyn Sink,
    pub(super) name: &'a str,
}

impl Elements<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        value.serialize(Scalars { sink: self.sink, name: self.name, depth: Depth::Element })
    }
}

macro_rules! sequences {
    ($($trait:ident $method:ident,)*) => {$(
        impl ser::$trait for Elements<'_> {
            type Ok = ();
            type Error = Refusal;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
                self.element(value)
            }

            fn end(self) -> Result<(), Refusal> {
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

pub(super) struct Fields<'a> {
    pub(super) sink: &'a mut dyn Sink,
    pub(super) key: String,
}

impl Fields<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Refusal> {
        value.serialize(Scalars { sink: self.sink, name, depth: Depth::Field })
    }
}

impl ser::SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        let mut text = KeyText(None);
        take_apart(&mut text, "a map's key", key)?;
        self.key = text.0.ok_or_else(|| Refusal("a map's key is empty".to_owned()))?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result<(), Refusal> {
        Ok(())
    }
}

impl ser::SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Refusal> {
        Ok(())
    }
}

struct KeyText(Option<String>);

impl Sink for KeyText {
    fn scalar(&mut self, _: &str, text: &str) -> Result<(), Refusal> {
        self.0 = Some(text.to_owned());
        Ok(())
    }

    fn room(&self) -> Room {
        Room::Scalar
    }
}
