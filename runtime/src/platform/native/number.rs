//! Parses decimal numbers.

/// Returns the decimal number in `text`, or `None` if `text` is not a number.
pub(crate) fn parse(text: &str) -> Option<f64> {
    text.parse().ok()
}
