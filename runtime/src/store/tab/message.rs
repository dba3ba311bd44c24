//! Defines [`Message`], which tabs send to each other as a line of text with a version and a checksum.

use super::tab_record::TabRecord;
use crate::format::crc32::crc32;
use crate::platform::base64;

/// The first words of a message, including the format version. Increase the version if an older release would
/// misinterpret a message or could not read the record in a message. Adding words at the end of a message does not
/// require a new format version.
const MARK: &str = "afresh 1";

pub(super) enum Message {
    /// A request for the session record, from a tab that has just been opened or that has missed a message. Every tab
    /// that has a record responds to `Ask` by sending its record.
    Ask,
    Session(TabRecord),
}

impl Message {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Ask => format!("{MARK} ask"),
            Self::Session(TabRecord { revision, writer, record }) => {
                let body = format!("{revision} {writer} {}", base64::encode(record));
                format!("{MARK} session {:x} {body}", crc32(body.as_bytes()))
            }
        }
    }

    /// Parses a message. Returns the message, or `None` if another program or a newer release sent it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(MARK)?.strip_prefix(' ')?;
        let mut words = rest.split(' ');
        match words.next()? {
            "ask" => Some(Self::Ask),
            "session" => {
                let sum = u32::from_str_radix(words.next()?, 16).ok()?;
                let [revision, writer, record] = [words.next()?, words.next()?, words.next()?];
                let right = sum == crc32(format!("{revision} {writer} {record}").as_bytes());
                let (revision, writer) = (revision.parse().ok()?, writer.parse().ok()?);
                let record = base64::decode(record).filter(|record| right && !record.is_empty())?;
                Some(Self::Session(TabRecord { revision, writer, record }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(text: &str) -> Option<(u64, u64, Vec<u8>)> {
        match Message::read(text)? {
            Message::Session(TabRecord { revision, writer, record }) => Some((revision, writer, record)),
            Message::Ask => None,
        }
    }

    fn sent() -> String {
        Message::Session(TabRecord { revision: 7, writer: 8, record: b"{\"a\":\xff}".to_vec() }).text()
    }

    #[test]
    fn a_message_is_read_as_it_was_sent() {
        assert!(matches!(Message::read(&Message::Ask.text()), Some(Message::Ask)));
        assert_eq!(session(&sent()), Some((7, 8, b"{\"a\":\xff}".to_vec())), "revision, writer and record");
    }

    #[test]
    fn words_that_a_newer_release_adds_are_ignored() {
        assert_eq!(session(&format!("{} later", sent())), session(&sent()));
        assert!(matches!(Message::read("afresh 1 ask later"), Some(Message::Ask)));
    }

    #[test]
    fn a_message_with_another_version_is_ignored() {
        for version in ["afresh 2", "afresh 10", "afresh", ""] {
            assert!(Message::read(&sent().replace(MARK, version)).is_none(), "{version}");
        }
    }

    #[test]
    fn damaged_and_foreign_messages_are_ignored() {
        let sent = sent();
        for end in 0..sent.len() {
            assert!(session(&sent[..end]).is_none(), "{}", &sent[..end]);
        }
        for at in 0..sent.len() {
            let mut damaged = sent.clone().into_bytes();
            damaged[at] ^= 1;
            let damaged = String::from_utf8(damaged).unwrap();
            assert!(session(&damaged).is_none(), "{damaged}");
        }
        for foreign in ["", "hello", "{\"token\":1}", "afresh 1 session", "afresh 1 login 7 8 9"] {
            assert!(Message::read(foreign).is_none(), "{foreign}");
        }
    }
}
