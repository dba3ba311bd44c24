//! Rejects invalid argument types at compile time. Generated code checks argument types through method resolution, so a
//! type alias is treated like the type itself. The inherent methods of [`ArgumentType`] exist only for certain types,
//! and [`AnyArgument`] provides the same methods for all other types.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;

/// Represents the type of an argument.
#[derive(Debug)]
pub struct ArgumentType<T: ?Sized>(PhantomData<fn(&T)>);

/// Returns a value that represents the argument's type.
#[must_use]
pub const fn argument_type<T: ?Sized>(_: &T) -> ArgumentType<T> {
    ArgumentType(PhantomData)
}

/// The checks for types without special rules. The methods of [`AnyArgument`] accept every argument.
pub trait AnyArgument {
    /// Checks an argument that fills a single path segment.
    fn in_segment(&self) {}

    /// Checks an argument that fills several path segments.
    fn in_segments(&self) {}

    /// Rejects argument types that never serialize to a value, such as `()`.
    fn in_request(&self) {}

    /// Checks that an argument of a method without a role is not a refresh token.
    fn without_role(&self) {}

    /// Checks that the body of a `#[logout]` method, or a part of that body, is not a value from the session.
    fn in_body_of_logout(&self) {}
}

impl<T: ?Sized> AnyArgument for ArgumentType<T> {}

/// The requirement for an argument that fills a single path segment. The requirement rejects only standard library
/// types that implement `NotAScalar`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent in one path segment",
    label = "not a scalar",
    note = "a path argument is one value, such as a string or a number; a `{{name*}}` placeholder takes a sequence of segments"
)]
pub trait SegmentArgument {}

/// The requirement for the argument of a `{name*}` placeholder.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent in the path",
    label = "neither a scalar nor a sequence of scalars",
    note = "the argument of a `{{name*}}` placeholder must be a string or a sequence of scalars"
)]
pub trait SegmentsArgument {}

/// The requirement for an argument that is sent outside a JSON body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no value, so the parameter would never be sent",
    label = "sends nothing",
    note = "remove the parameter, or use the type of the value to send"
)]
pub trait SentArgument {}

/// A standard library type that never serializes to a value, such as `()`.
pub trait SendsNothing {}

/// A standard library type whose values are never a single scalar.
pub trait NotAScalar {}

/// A standard library type whose values are neither a single scalar nor a sequence.
pub trait NotASequence {}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T: NotAScalar + ?Sized> ArgumentType<T> {
    /// Checks an argument that fills a single path segment.
    pub fn in_segment(&self)
    where
        T: SegmentArgument,
    {
    }
}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T: NotASequence + ?Sized> ArgumentType<T> {
    /// Checks an argument that fills several path segments.
    pub fn in_segments(&self)
    where
        T: SegmentsArgument,
    {
    }
}

#[expect(clippy::unused_self, reason = "method resolution selects the impl by the type of `self`")]
impl<T: SendsNothing + ?Sized> ArgumentType<T> {
    /// Rejects argument types that never serialize to a value, such as `()`.
    pub fn in_request(&self)
    where
        T: SentArgument,
    {
    }
}

macro_rules! std_types {
    ($marker:ident: $([$($parameters:tt)*] $ty:ty),* $(,)?) => {$(
        impl<$($parameters)*> $marker for $ty {}
    )*};
}

std_types! { NotAScalar:
    [T] Option<T>, [T] Vec<T>, [T] [T], [T, const N: usize] [T; N], [T] VecDeque<T>, [T] LinkedList<T>,
    [T] BinaryHeap<T>, [T] BTreeSet<T>, [T, S] HashSet<T, S>, [K, V] BTreeMap<K, V>, [K, V, S] HashMap<K, V, S>,
    [] (), [T: ?Sized] PhantomData<T>, [A] (A,), [A, B] (A, B), [A, B, C] (A, B, C), [A, B, C, D] (A, B, C, D),
    [T: Clone] Cow<'_, [T]>, [T: NotAScalar + ?Sized] &T, [T: NotAScalar + ?Sized] &mut T,
    [T: NotAScalar + ?Sized] Box<T>,
}

std_types! { NotASequence:
    [T] Option<T>, [K, V] BTreeMap<K, V>, [K, V, S] HashMap<K, V, S>, [] (), [T: ?Sized] PhantomData<T>,
    [T: NotASequence + ?Sized] &T, [T: NotASequence + ?Sized] &mut T, [T: NotASequence + ?Sized] Box<T>,
}

std_types! { SendsNothing:
    [] (), [T: ?Sized] PhantomData<T>,
    [T: SendsNothing] Option<T>, [T: SendsNothing] Vec<T>, [T: SendsNothing] [T], [T: SendsNothing, const N: usize] [T; N],
    [T: SendsNothing + ?Sized] &T, [T: SendsNothing + ?Sized] &mut T, [T: SendsNothing + ?Sized] Box<T>,
}
