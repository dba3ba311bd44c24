//! [`NotInBrowser`] boxes a value that exists only outside a browser.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// In a browser, this type has no values, so the compiler removes all code that uses it.
pub(crate) struct NotInBrowser<T>(Infallible, PhantomData<T>);

impl<T> Deref for NotInBrowser<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self.0 {}
    }
}

impl<T> DerefMut for NotInBrowser<T> {
    fn deref_mut(&mut self) -> &mut T {
        match self.0 {}
    }
}
