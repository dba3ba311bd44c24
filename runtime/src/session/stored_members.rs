//! [`Members`] reads the fields of a stored JSON object. In a web page, code derived by serde would be five times as
//! large as the code of this module.

use serde_json::{Map, Value};

#[derive(Clone, Copy)]
pub(super) struct Members<'a>(&'a Map<String, Value>);

/// The error for a field that is missing or has the wrong type.
#[derive(Debug)]
pub(super) struct Invalid;

impl<'a> Members<'a> {
    pub(super) fn of(value: &'a Value) -> Result<Self, Invalid> {
        value.as_object().map(Self).ok_or(Invalid)
    }

    /// Returns the value of a field, or `None` if the field is missing or `null`.
    pub(super) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn object(self, name: &str) -> Result<Option<Self>, Invalid> {
        self.value(name).map(Self::of).transpose()
    }

    pub(super) fn text(self, name: &str) -> Result<Option<String>, Invalid> {
        self.value(name).map(|value| value.as_str().map(str::to_owned).ok_or(Invalid)).transpose()
    }

    pub(super) fn number(self, name: &str) -> Result<Option<u64>, Invalid> {
        self.value(name).map(|value| value.as_u64().ok_or(Invalid)).transpose()
    }

    pub(super) fn flag(self, name: &str) -> Result<Option<bool>, Invalid> {
        self.value(name).map(|value| value.as_bool().ok_or(Invalid)).transpose()
    }
}
