//! [`Outliving`] wraps an argument that passes through a generated `Dyn` type.

use std::marker::PhantomData;

/// A value that lives at least as long as `'a`. The type of a boxed future names a single lifetime, but a type such as
/// `Cow<str>` contains an unnamed lifetime. For an argument of this wrapper type, the compiler assumes the bound `T:
/// 'a`, so the unnamed lifetime does not need a name.
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
