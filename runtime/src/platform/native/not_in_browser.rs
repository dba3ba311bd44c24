//! [`NotInBrowser`] boxes a value that exists only outside a browser.

/// A boxed value that exists only outside a browser.
pub(crate) type NotInBrowser<T> = Box<T>;
