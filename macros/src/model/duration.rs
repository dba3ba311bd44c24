//! Parses durations in attributes: `500ms`, `5s`, `1m 30s`.

/// The unit names and their lengths in milliseconds, from the longest to the shortest unit.
const UNITS: &[(&str, u64)] = &[("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Parses one or more whole numbers, each with a unit, in order from the longest unit to the shortest. Returns the
/// total duration in milliseconds.
pub(crate) fn parse_millis(text: &str) -> Option<u64> {
    let mut units = UNITS.iter();
    let mut total: Option<u64> = None;
    for word in text.split_whitespace() {
        let digits = word.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, unit) = word.split_at(digits);
        let (_, millis) = units.find(|(name, _)| *name == unit)?;
        let part = number.parse::<u64>().ok()?.checked_mul(*millis)?;
        total = Some(total.unwrap_or_default().checked_add(part)?);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_a_duration() {
        for (text, millis) in [("500ms", 500), ("5s", 5_000), ("2m", 120_000), ("0s", 0), ("007s", 7_000)] {
            assert_eq!(parse_millis(text), Some(millis), "{text}");
        }
    }

    #[test]
    fn several_units_add_up_if_the_longer_comes_first() {
        assert_eq!(parse_millis("1m 30s"), Some(90_000));
        assert_eq!(parse_millis(" 1m  1s 1ms "), Some(61_001));
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "", " ", "5", "s", "5 s", "5sec", "1.5s", "-5s", "+5s", "5S", "1h", "30s 1m", "1s 2s", "1m30s",
            "5s,", "５s",
        ] {
            assert_eq!(parse_millis(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_overflow_is_none() {
        assert_eq!(parse_millis(&format!("{}ms", u64::MAX)), Some(u64::MAX));
        for text in ["18446744073709551616ms", "18446744073709551615s", "1s 18446744073709551615ms"] {
            assert_eq!(parse_millis(text), None, "{text}");
        }
    }
}
