//! Rules that a trait declares about answers: [`Condition`].

/// A condition that a trait declares: what stands at a JSON pointer is this value.
///
/// An enum, because a list of its variants is a constant where one of calls is not.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// It is this string.
    Text(&'static str, &'static str),
    /// It is this integer.
    Integer(&'static str, i64),
    /// It is this boolean.
    Boolean(&'static str, bool),
}
