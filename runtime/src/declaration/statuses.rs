//! Defines [`Statuses`], a list of status codes that a trait or a user sets.

use http::StatusCode;

/// A list of status codes. The macro writes numbers, because a `const fn` cannot convert a slice of numbers to a slice
/// of [`StatusCode`]s.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Statuses<'a> {
    /// The numbers that the macro writes.
    Declared(&'static [u16]),
    /// The default status codes, or the status codes that a user sets.
    Checked(&'a [StatusCode]),
}

impl<'a> Statuses<'a> {
    pub(crate) const EMPTY: Self = Self::Checked(&[]);

    #[inline]
    pub(crate) fn contains(self, status: StatusCode) -> bool {
        match self {
            Self::Declared(numbers) => numbers.contains(&status.as_u16()),
            Self::Checked(codes) => codes.contains(&status),
        }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = StatusCode> + use<'a> {
        let (numbers, codes): (&[u16], &[StatusCode]) = match self {
            Self::Declared(numbers) => (numbers, &[]),
            Self::Checked(codes) => (&[], codes),
        };
        let declared = numbers.iter().filter_map(|number| StatusCode::from_u16(*number).ok());
        declared.chain(codes.iter().copied())
    }
}
