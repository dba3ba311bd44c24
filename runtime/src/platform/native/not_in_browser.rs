//! [`NotInBrowser`] boxes a value that exists only outside a browser.

pub(crate) type NotInBrowser<T> = Box<T>;
