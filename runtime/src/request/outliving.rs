//! Wraps an argument that passes through a `Dyn` type: [`Outliving`].

use std::marker::PhantomData;

/// A value that lives at least as long as `'a`. A boxed future has one lifetime, but a type such as `Cow<str>` hides a
/// lifetime that has no name. The bound of this wrapper is implied wherever the wrapper is an argument, so the hidden
/// lifetime needs no name.
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
