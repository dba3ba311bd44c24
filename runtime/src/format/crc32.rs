//! Computes the checksum of a stored session: [`crc32`].

/// Returns the CRC-32 checksum of `bytes`, as in Ethernet and gzip.
///
/// The function uses no table. The tables of the usual crates take 16 KiB of a web page, and a session is so short that
/// a faster function would save only microseconds.
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
