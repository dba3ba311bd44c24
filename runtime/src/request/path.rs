//! Writes an argument to the URL path. The argument is percent-encoded, so that it cannot add or remove a path segment.

use percent_encoding::percent_encode_byte;
use serde::Serialize;

use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};

/// Appends percent-encoded text. Consecutive characters that need no encoding are copied together, because most values
/// need no encoding at all.
pub(crate) fn push_encoded(to: &mut String, text: &str) {
    let mut rest = text;
    loop {
        let plain = rest.bytes().position(|byte| !is_unreserved(byte)).unwrap_or(rest.len());
        let Some((plain, other)) = rest.split_at_checked(plain) else { return };
        to.push_str(plain);
        let Some(first) = other.chars().next() else { return };
        let (encoded, more) = other.split_at(first.len_utf8());
        encoded.bytes().for_each(|byte| to.push_str(percent_encode_byte(byte)));
        rest = more;
    }
}

/// Returns whether `byte` is an unreserved character (RFC 3986 §2.3).
fn is_unreserved(byte: u8) -> bool {
    /// A table that indicates, for each byte, whether it is an unreserved character. A table lookup is faster than
    /// comparisons, which matters because this function is called for every byte of a URL.
    #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
    static UNRESERVED: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 128_u8 {
            table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            byte += 1;
        }
        table
    };
    UNRESERVED.get(usize::from(byte)).is_some_and(|known| *known)
}

/// Writes `value` as one path segment. An absent or empty value is an error, because it would change the path's
/// structure.
pub(crate) fn write_segment<T: Serialize + ?Sized>(
    to: &mut String,
    name: &str,
    value: &T,
) -> Result<(), EncodeError> {
    let mut segment = Segment { to, written: 0 };
    write_scalars(&mut segment, name, value)?;
    match segment.written {
        1 => Ok(()),
        _ => Err(empty(name)),
    }
}

/// Writes `value` as several path segments. A string is split at its slashes, and each element of a sequence becomes a
/// segment. Only the last segment can be empty, in which case the path ends with a slash.
pub(crate) fn write_segments<T: Serialize + ?Sized>(
    to: &mut String,
    name: &str,
    value: &T,
) -> Result<(), EncodeError> {
    let mut segments = Segments { to, written: 0 };
    write_scalars(&mut segments, name, value)?;
    match segments.written {
        0 => Err(empty(name)),
        _ => Ok(()),
    }
}

fn empty(name: &str) -> EncodeError {
    EncodeError(format!(
        "path argument `{name}` is empty, which would change the path. Pass a value that is not empty"
    ))
}

/// Returns whether any segment of `path` is `.` or `..`, including percent-encoded forms such as `%2e`. Dot segments
/// are never sent, because servers and URL parsers resolve them and thereby change the path.
pub(crate) fn has_dot_segment(path: &str) -> bool {
    if !path.bytes().any(|byte| matches!(byte, b'.' | b'%')) {
        return false;
    }
    let is_dots = |segment: &str| segment == "." || segment == "..";
    let is_encoded =
        |segment: &str| segment.contains('%') && is_dots(&segment.to_ascii_lowercase().replace("%2e", "."));
    path.split('/').any(|segment| is_dots(segment) || is_encoded(segment))
}

struct Segment<'a> {
    to: &'a mut String,
    written: usize,
}

impl ScalarWriter for Segment<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        if text.is_empty() {
            return Err(empty(name));
        }
        self.written += 1;
        push_encoded(self.to, text);
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Scalar
    }
}

struct Segments<'a> {
    to: &'a mut String,
    written: usize,
}

impl ScalarWriter for Segments<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        let (inner, last) = text.rsplit_once('/').map_or((None, text), |(inner, last)| (Some(inner), last));
        let empty_inside = inner.is_some_and(|inner| inner.split('/').any(str::is_empty));
        if empty_inside || (inner.is_none() && last.is_empty()) {
            return Err(EncodeError(format!(
                "path argument `{name}` has an empty segment, which would change the path. Remove the segment"
            )));
        }
        for segment in text.split('/') {
            if self.written > 0 {
                self.to.push('/');
            }
            self.written += 1;
            push_encoded(self.to, segment);
        }
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Sequence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment<T: Serialize + ?Sized>(value: &T) -> Result<String, EncodeError> {
        let mut to = String::new();
        write_segment(&mut to, "id", value).map(|()| to)
    }

    #[test]
    fn every_reserved_byte_is_encoded() {
        assert_eq!(segment("a/b\\c%2e?d#e f\0").as_deref(), Ok("a%2Fb%5Cc%252e%3Fd%23e%20f%00"));
        assert_eq!(segment("Zürich-._~").as_deref(), Ok("Z%C3%BCrich-._~"));
    }

    #[test]
    fn a_value_is_sent_as_its_json_without_the_quotes() {
        #[derive(serde::Serialize)]
        struct Id(u64);
        #[derive(serde::Serialize)]
        #[serde(rename_all = "kebab-case")]
        enum Size {
            ExtraLarge,
        }
        assert_eq!(segment(&Id(7)).as_deref(), Ok("7"));
        assert_eq!(segment(&Size::ExtraLarge).as_deref(), Ok("extra-large"));
        assert_eq!(segment(&1.0_f64).as_deref(), Ok("1.0"));
        assert_eq!(segment(&Some('x')).as_deref(), Ok("x"));
        assert_eq!(segment(&u128::MAX).as_deref(), Ok("340282366920938463463374607431768211455"));
    }

    #[test]
    fn a_value_that_is_not_a_single_scalar_is_an_error() {
        assert!(segment("").is_err());
        assert!(segment(&None::<u8>).is_err());
        assert!(segment(&()).is_err());
        assert!(segment(&[1, 2]).is_err() && segment(&[1]).is_err());
        assert!(segment(&std::collections::BTreeMap::from([("id", 7)])).is_err());
        assert!(segment(&f64::NAN).is_err());
    }

    #[test]
    fn segments_are_encoded_one_by_one() {
        fn rest<T: Serialize + ?Sized>(value: &T) -> Result<String, EncodeError> {
            let mut to = String::new();
            write_segments(&mut to, "rest", value).map(|()| to)
        }
        assert_eq!(rest("a b/c?d/").as_deref(), Ok("a%20b/c%3Fd/"));
        assert_eq!(rest(&["a/b", "c"]).as_deref(), Ok("a/b/c"));
        assert!(
            rest("").is_err() && rest("/a").is_err() && rest("a//b").is_err() && rest(&None::<u8>).is_err()
        );
    }

    #[test]
    fn dot_segments_are_found_and_dots_inside_a_segment_are_not() {
        assert!(has_dot_segment("/a/../b") && has_dot_segment("/.") && has_dot_segment("/a/.."));
        assert!(has_dot_segment("/a/%2e.") && has_dot_segment("/%2E/b") && !has_dot_segment("/%2ea"));
        assert!(!has_dot_segment("/a/...") && !has_dot_segment("/.well-known/x..y"));
    }
}
