//! Defines a [`Row`] for one attribute or argument, and checks pairs of rows.

use proc_macro2::TokenStream;

use super::super::expanded::plain;
use crate::expand::expand;

/// An attribute as written, and the text that the attribute produces in the generated code.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) written: &'static str,
    pub(super) trace: &'static str,
    /// The later rows that cannot be combined with this row.
    pub(super) refuses: &'static [&'static str],
}

pub(super) const fn row(
    name: &'static str,
    written: &'static str,
    trace: &'static str,
    refuses: &'static [&'static str],
) -> Row {
    Row { name, written, trace, refuses }
}

/// Returns every row paired with itself and with each later row.
pub(super) fn pairs(rows: &'static [Row]) -> impl Iterator<Item = (&'static Row, &'static Row)> {
    let later = |(index, one)| rows.iter().skip(index).map(move |other| (one, other));
    rows.iter().enumerate().flat_map(later)
}

pub(super) fn expanded(arguments: &str, item: &str) -> String {
    let parse = |text: &str| -> TokenStream { text.parse().unwrap_or_else(|_| unreachable!("{text}")) };
    plain(&expand(parse(arguments), parse(item)))
}

/// Checks that a pair is rejected with an error, or that the output contains the text of both rows.
#[track_caller]
pub(super) fn check(label: &str, output: &str, is_refused: bool, traces: &[String]) {
    let has_error = output.contains("compile_error");
    if is_refused {
        assert!(has_error, "{label} is accepted");
        return;
    }
    assert!(!has_error, "{label} is refused: {output}");
    for trace in traces {
        assert!(output.contains(trace.as_str()), "{label}: no {trace} in {output}");
    }
}
