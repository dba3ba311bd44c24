//! [`Checksum`] detects damage to a stored session.

use crate::format::crc32::crc32;

/// The result of verifying a record's checksum. The checksum is the record's first JSON field and covers all bytes
/// after this field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    Right,
    Wrong,
    /// The record has no checksum, because another program wrote it. A record without a checksum is accepted.
    Absent,
    /// The bytes are not a record, or the beginning of the record is damaged.
    Foreign,
}

impl Checksum {
    pub(super) const START: &'static [u8] = b"{\"checksum\":\"";
    /// The first bytes of a record without a checksum.
    const BARE_START: &'static [u8] = b"{\"afresh\":";

    pub(super) fn of(record: &[u8]) -> Self {
        let Some(rest) = record.strip_prefix(Self::START) else {
            return if record.starts_with(Self::BARE_START) { Self::Absent } else { Self::Foreign };
        };
        let right =
            rest.split_at_checked(8).is_some_and(|(sum, covered)| sum == Self::text(covered).as_bytes());
        if right { Self::Right } else { Self::Wrong }
    }

    /// Adds the checksum to `record`, a JSON object with at least one field.
    pub(super) fn add_to(record: &[u8]) -> Vec<u8> {
        let members = record.strip_prefix(b"{").unwrap_or(record);
        let covered = [b"\",", members].concat();
        [Self::START, Self::text(&covered).as_bytes(), &covered].concat()
    }

    fn text(covered: &[u8]) -> String {
        format!("{:08x}", crc32(covered))
    }
}
