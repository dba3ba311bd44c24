//! Combines a record and its revision into one sequence of bytes, for stores that can store only one value.

use std::io;

use super::session_store::{Revision, Stored};

/// The fixed string at the start of the first line. The rest of the first line contains the revision and the record
/// length.
const MARK: &str = "afresh session 1, revision and length: ";

pub(super) fn frame(revision: Revision, record: &[u8]) -> Vec<u8> {
    let mut framed = format!("{MARK}{} {}\n", revision.number(), record.len()).into_bytes();
    framed.extend_from_slice(record);
    framed
}

pub(super) fn unframe(content: &[u8]) -> io::Result<Stored> {
    let invalid = |text| io::Error::new(io::ErrorKind::InvalidData, text);
    let foreign = || invalid("the stored data is not a session");
    let end = content.iter().position(|byte| *byte == b'\n').ok_or_else(foreign)?;
    let (head, rest) = content.split_at_checked(end).ok_or_else(foreign)?;
    let head = std::str::from_utf8(head).ok().and_then(|head| head.strip_prefix(MARK)).ok_or_else(foreign)?;
    let (revision, length) = head.split_once(' ').ok_or_else(foreign)?;
    let revision = revision.parse().map_err(|_| foreign())?;
    let record = rest.get(1..).ok_or_else(foreign)?;
    if length.parse() != Ok(record.len()) {
        return Err(invalid("the stored session is incomplete"));
    }
    Ok(Stored { revision: Revision::new(revision), record: record.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_unframed_as_it_was_framed() {
        for record in [&b""[..], b"a", b"two\nlines\n", b"\xff\x00"] {
            let stored = unframe(&frame(Revision::new(7), record)).unwrap();
            assert_eq!((stored.revision, &*stored.record), (Revision::new(7), record), "revision and record");
        }
    }

    /// S4, S7: incomplete content, or content that this crate did not write, causes an error.
    #[test]
    fn torn_or_foreign_content_is_an_error() {
        let whole = frame(Revision::new(7), b"a record");
        let torn = (0..whole.len()).map(|length| whole[..length].to_vec());
        let foreign = [&b"{}\n"[..], b"\xff\xfe\n", b"afresh session 2, revision and length: 1 0\n"];
        for content in torn.chain(foreign.map(<[u8]>::to_vec)) {
            assert!(unframe(&content).is_err(), "{content:?}");
        }
    }
}
