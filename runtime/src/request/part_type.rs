//! Chooses how an argument is converted to a part of a multipart body, based on the argument's type. Bytes become one
//! part, even though serde would serialize them as a list of numbers. A file path cannot be converted to a part. Method
//! resolution makes the choice: the inherent method of [`PartType`] exists only for bytes and paths, and [`AnyPart`]
//! provides the method for all other types.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::multipart::{IntoPart, Parts};

/// Represents the type of an argument, so that method resolution can choose the implementation of [`IntoPart`].
#[derive(Debug)]
pub struct PartType<T>(PhantomData<fn(T)>);

/// A marker for the implementation of [`IntoPart`] that method resolution chose.
#[derive(Debug)]
pub struct PartVia<Via>(PhantomData<fn(Via)>);

/// Returns a value that represents the argument's type.
#[must_use]
pub const fn part_type<T>(_: &T) -> PartType<T> {
    PartType(PhantomData)
}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T: PartByType> PartType<T> {
    /// Returns a marker for the [`IntoPart`] implementation that fits the argument's type.
    #[must_use]
    pub fn via(&self) -> PartVia<T::Via> {
        PartVia(PhantomData)
    }
}

/// Lets the compiler infer the implementation of [`IntoPart`] for types without a special conversion.
pub trait AnyPart {
    /// Returns a marker for the [`IntoPart`] implementation that the compiler selects.
    #[must_use]
    fn via<Via>(&self) -> PartVia<Via> {
        PartVia(PhantomData)
    }
}

impl<T> AnyPart for PartType<T> {}

/// A type with a special conversion into a part. The special conversion is used even if the type implements
/// `Serialize`.
pub trait PartByType {
    /// The marker type that selects the implementation of [`IntoPart`].
    type Via;
}

/// Marks the implementation of [`IntoPart`] for bytes, `Option`s of bytes, and lists of bytes.
#[derive(Debug)]
pub enum AsBytes {}

/// Marks the types that represent a file. No type that represents a file implements [`IntoPart`].
#[derive(Debug)]
pub enum AsFile {}

impl<T: BytesArgument> PartByType for T {
    type Via = AsBytes;
}

macro_rules! files {
    ($($ty:ty),*) => {$(
        impl PartByType for $ty {
            type Via = AsFile;
        }
    )*};
}

files!(PathBuf, &PathBuf, &Path, Option<PathBuf>, Option<&Path>, Vec<PathBuf>, &[PathBuf]);

/// Bytes, an `Option` of bytes, or a list of bytes.
pub trait BytesArgument {
    #[doc(hidden)]
    fn put(self, name: &'static str, form: &mut Parts);
}

/// A reference to bytes, to an `Option` of bytes, or to a list of bytes.
pub trait BytesReference {
    #[doc(hidden)]
    fn put(&self, name: &'static str, form: &mut Parts);
}

impl<T: BytesArgument> IntoPart<AsBytes> for T {
    fn put_into(self, name: &'static str, form: &mut Parts) -> Result<(), String> {
        self.put(name, form);
        Ok(())
    }
}

macro_rules! bytes {
    ($([$($parameters:tt)*] $ty:ty: $value:ident => $bytes:expr),* $(,)?) => {$(
        impl<$($parameters)*> BytesArgument for $ty {
            fn put(self, name: &'static str, form: &mut Parts) {
                let $value = self;
                form.push_bytes(name, $bytes);
            }
        }

        impl<$($parameters)*> BytesReference for $ty {
            fn put(&self, name: &'static str, form: &mut Parts) {
                form.push_bytes(name, Bytes::copy_from_slice(self));
            }
        }
    )*};
}

bytes! {
    [] Vec<u8>: value => value,
    [] Box<[u8]>: value => value,
    [] Cow<'_, [u8]>: value => value.into_owned(),
    [const N: usize] [u8; N]: value => value.to_vec(),
}

impl BytesArgument for Bytes {
    fn put(self, name: &'static str, form: &mut Parts) {
        form.push_bytes(name, self);
    }
}

impl BytesReference for Bytes {
    fn put(&self, name: &'static str, form: &mut Parts) {
        form.push_bytes(name, self.clone());
    }
}

impl BytesReference for [u8] {
    fn put(&self, name: &'static str, form: &mut Parts) {
        form.push_bytes(name, Bytes::copy_from_slice(self));
    }
}

macro_rules! lists {
    ($([$($parameters:tt)*] $ty:ty),* $(,)?) => {$(
        impl<T: BytesArgument, $($parameters)*> BytesArgument for $ty {
            fn put(self, name: &'static str, form: &mut Parts) {
                let values = self.into_iter();
                for value in values {
                    value.put(name, form);
                }
            }
        }

        impl<T: BytesReference, $($parameters)*> BytesReference for $ty {
            fn put(&self, name: &'static str, form: &mut Parts) {
                let values = self.iter();
                for value in values {
                    value.put(name, form);
                }
            }
        }
    )*};
}

lists!([] Option<T>, [] Vec<T>, [const N: usize] [T; N]);

impl<T: BytesReference> BytesReference for [T] {
    fn put(&self, name: &'static str, form: &mut Parts) {
        for value in self {
            value.put(name, form);
        }
    }
}

impl<T: BytesReference + ?Sized> BytesReference for &T {
    fn put(&self, name: &'static str, form: &mut Parts) {
        T::put(self, name, form);
    }
}

impl<T: BytesReference + ?Sized> BytesArgument for &T {
    fn put(self, name: &'static str, form: &mut Parts) {
        T::put(self, name, form);
    }
}
