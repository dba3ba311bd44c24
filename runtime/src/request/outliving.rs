//! Wraps an argument that passes through a `Dyn` type: [`Outliving`].

use std::marker::PhantomData;

/// A value that lives at least as long as `'a`. The type of a boxed future names one lifetime, but a type such as
/// `Cow<str>` hides a lifetime without a name. If this wrapper is the type of an argument, the compiler assumes its
/// bound `T: 'a`, so the hidden lifetime needs no name.
#[derive(Debug)]
pub struct Outliving<'a, T: 'a> {
    value: T,
    lifetime: PhantomData<&'a ()>,
}

impl<'a, T: 'a> Outliving<'a, T> {
    /// Wraps an argument.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self { value, lifetime: PhantomData }
    }

    /// Returns the argument.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}
