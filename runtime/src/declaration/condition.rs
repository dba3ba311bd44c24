//! Conditions on responses that a trait declares: [`Condition`].

/// A condition that a trait declares: the value at a JSON pointer equals a given value.
///
/// The conditions are an enum so that a list of conditions is a constant expression.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// The value at the JSON pointer equals this string.
    Text(&'static str, &'static str),
    /// The value at the JSON pointer equals this integer.
    Integer(&'static str, i64),
    /// The value at the JSON pointer equals this boolean.
    Boolean(&'static str, bool),
}
