//! Defines [`Condition`], a condition on a value in a response body.

/// A condition on a JSON response body: the value at a JSON pointer equals a given value.
///
/// `Condition` is an enum so that generated code can declare a list of conditions as a constant.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// The value at the JSON pointer equals the given string.
    Text(&'static str, &'static str),
    /// The value at the JSON pointer equals the given integer.
    Integer(&'static str, i64),
    /// The value at the JSON pointer equals the given boolean.
    Boolean(&'static str, bool),
}
