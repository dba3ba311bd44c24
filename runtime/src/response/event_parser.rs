//! Parses server-sent events as the HTML standard requires (§9.2.6). The way a stream is split into chunks does not
//! change the events.

use std::time::Duration;

use bytes::{Buf, BytesMut};

use super::item::MAX_LENGTH;

/// One event before its data is decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RawEvent {
    pub(crate) id: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) data: String,
}

#[derive(Debug, Default)]
pub(crate) struct EventParser {
    buffer: BytesMut,
    /// Whether the place of the byte order mark has been passed.
    started: bool,
    /// Whether the last line ended with CR. An LF that follows belongs to the same line end.
    after_cr: bool,
    event: Option<String>,
    data: Option<String>,
    last_id: Option<String>,
    retry: Option<Duration>,
}

impl EventParser {
    /// Adds a chunk. Returns `false` if a line or event is too long.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> bool {
        self.buffer.extend_from_slice(chunk);
        let waiting = self.buffer.len() + self.data.as_ref().map_or(0, String::len);
        waiting <= MAX_LENGTH.max(chunk.len())
    }

    /// The last reconnection time that the server sent.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Returns the next complete event.
    pub(crate) fn next(&mut self) -> Option<RawEvent> {
        self.skip_byte_order_mark()?;
        while let Some(line) = self.take_line() {
            if !line.is_empty() {
                self.field(&String::from_utf8_lossy(&line));
                continue;
            }
            let event = self.event.take();
            if let Some(data) = self.data.take() {
                return Some(RawEvent { id: self.last_id.clone(), event, data });
            }
        }
        None
    }

    fn skip_byte_order_mark(&mut self) -> Option<()> {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        if self.started {
            return Some(());
        }
        if self.buffer.len() < BOM.len() && BOM.starts_with(&self.buffer) {
            return None;
        }
        if self.buffer.starts_with(BOM) {
            self.buffer.advance(BOM.len());
        }
        self.started = true;
        Some(())
    }

    /// Takes a line, without the CR, LF or CR LF that ends it.
    fn take_line(&mut self) -> Option<BytesMut> {
        if self.after_cr && !self.buffer.is_empty() {
            self.after_cr = false;
            if self.buffer.first() == Some(&b'\n') {
                self.buffer.advance(1);
            }
        }
        let end = self.buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
        let line = self.buffer.split_to(end);
        self.after_cr = self.buffer.first() == Some(&b'\r');
        self.buffer.advance(1);
        Some(line)
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => self.event = Some(value.to_owned()).filter(|event| !event.is_empty()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "id" if !value.contains('\0') => {
                self.last_id = Some(value.to_owned()).filter(|id| !id.is_empty());
            }
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            // Comments, which have no name, and unknown fields.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(chunks: &[&[u8]]) -> Vec<RawEvent> {
        let mut parser = EventParser::default();
        let mut events = Vec::new();
        for chunk in chunks {
            assert!(parser.push(chunk));
            events.extend(std::iter::from_fn(|| parser.next()));
        }
        events
    }

    fn event(data: &str) -> RawEvent {
        RawEvent { data: data.to_owned(), ..RawEvent::default() }
    }

    #[test]
    fn data_lines_are_joined_and_only_one_space_is_removed() {
        assert_eq!(parse(&[b"data: a\ndata:b\ndata:  c\n\n"]), [event("a\nb\n c")]);
        assert_eq!(parse(&[b"data\n\ndata\ndata\n\n"]), [event(""), event("\n")]);
    }

    #[test]
    fn ids_persist_and_names_do_not() {
        let events = parse(&[b"id: 1\nevent: add\ndata: x\n\ndata: y\n\nid\ndata: z\n\n"]);
        let ids: Vec<_> = events.iter().map(|event| event.id.as_deref()).collect();
        let names: Vec<_> = events.iter().map(|event| event.event.as_deref()).collect();
        assert_eq!(ids, [Some("1"), Some("1"), None]);
        assert_eq!(names, [Some("add"), None, None]);
    }

    #[test]
    fn comments_unknown_fields_and_events_without_data_are_ignored() {
        assert_eq!(parse(&[b": hi\nfoo: bar\nevent: x\n\n:\ndata: 1\n\ndata: cut off"]), [event("1")]);
    }

    #[test]
    fn retry_is_digits_only() {
        let mut parser = EventParser::default();
        parser.push(b"retry: 1500\nretry: 2s\nretry:\n\n");
        assert_eq!(parser.next(), None);
        assert_eq!(parser.retry(), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn the_split_into_chunks_does_not_change_the_events() {
        let text = "\u{feff}data: ä\r\nid: 7\r\rdata: b\r\n\r\nevent: e\ndata: c\n\n".as_bytes();
        let whole = parse(&[text]);
        assert_eq!(whole.len(), 3);
        assert_eq!(whole[0].data, "ä");
        for cut in 0..text.len() {
            assert_eq!(parse(&[&text[..cut], &text[cut..]]), whole, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(parse(&bytes), whole);
    }
}
