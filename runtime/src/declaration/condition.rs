//! Conditions about answers, as a trait declares them: [`Condition`].

/// A condition that a trait declares: the value at a JSON pointer equals this one.
///
/// It is an enum so that a list of conditions is a constant expression.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// Equals this string.
    Text(&'static str, &'static str),
    /// Equals this integer.
    Integer(&'static str, i64),
    /// Equals this boolean.
    Boolean(&'static str, bool),
}
