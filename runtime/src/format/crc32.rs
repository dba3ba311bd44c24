//! [`crc32`] computes the checksum of a stored session.

/// Returns the CRC-32 checksum of `bytes`, as used in Ethernet and gzip.
///
/// `crc32` does not use a lookup table. The lookup tables in the common CRC crates would add 16 KiB to a web page. A
/// stored session is so short that a lookup table would save only microseconds.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_those_of_ethernet_and_gzip() {
        for (text, sum) in [
            ("", 0),
            ("123456789", 0xCBF4_3926),
            ("\0\0\0\0", 0x2144_DF1C),
            ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
        ] {
            assert_eq!(crc32(text.as_bytes()), sum, "{text}");
        }
    }
}
