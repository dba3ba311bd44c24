//! Parses server-sent events as the HTML standard requires (§9.2.6). The parser returns the same events regardless of
//! how the stream is split into chunks.

use std::time::Duration;

use bytes::BytesMut;

use super::item::MAX_LENGTH;
use super::line_buffer::LineBuffer;

/// The length of the longest field name with its colon and space, in bytes. The bytes of the field name do not count
/// toward the maximum length of a line.
const FIELD_NAME: usize = "event: ".len();

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RawEvent {
    pub(crate) id: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) data: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

#[derive(Debug)]
pub(crate) struct EventParser {
    buffer: LineBuffer,
    /// The maximum length in bytes of a line, and of an event's data.
    limit: usize,
    /// Whether the parser has already checked for a byte order mark.
    started: bool,
    /// Whether the last line ended with CR. If the byte after a CR is LF, both bytes form one line ending.
    after_cr: bool,
    event: Option<String>,
    data: Option<String>,
    last_id: Option<String>,
    retry: Option<Duration>,
}

impl Default for EventParser {
    fn default() -> Self {
        Self {
            buffer: LineBuffer::default(),
            limit: MAX_LENGTH,
            started: false,
            after_cr: false,
            event: None,
            data: None,
            last_id: None,
            retry: None,
        }
    }
}

impl EventParser {
    pub(crate) fn with_limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.buffer.push(chunk);
    }

    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Returns the next complete event, or an error if an event or a line is too long.
    pub(crate) fn next(&mut self) -> Option<Result<RawEvent, TooLong>> {
        self.skip_byte_order_mark()?;
        while let Some(line) = self.take_line() {
            if self.is_beyond_limit(line.len()) {
                return Some(Err(TooLong));
            }
            if !line.is_empty() {
                self.field(&String::from_utf8_lossy(&line));
                // The length limit for a line allows for the longest field name, so a line with a shorter field name
                // can contain data that is too long.
                if self.data.as_ref().is_some_and(|data| data.len() > self.limit) {
                    return Some(Err(TooLong));
                }
                continue;
            }
            let event = self.event.take();
            if let Some(data) = self.data.take() {
                return Some(Ok(RawEvent { id: self.last_id.clone(), event, data }));
            }
        }
        self.is_beyond_limit(self.buffer.rest().len()).then_some(Err(TooLong))
    }

    /// Returns whether another data line of `line` bytes would make the event too long.
    fn is_beyond_limit(&self, line: usize) -> bool {
        // The data lines of an event are joined with line breaks.
        let data = self.data.as_ref().map_or(0, |data| data.len().saturating_add(1));
        data.saturating_add(line) > self.limit.saturating_add(FIELD_NAME)
    }

    fn skip_byte_order_mark(&mut self) -> Option<()> {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        if self.started {
            return Some(());
        }
        let start = self.buffer.rest();
        if start.len() < BOM.len() && BOM.starts_with(start) {
            return None;
        }
        if start.starts_with(BOM) {
            self.buffer.skip(BOM.len());
        }
        self.started = true;
        Some(())
    }

    /// Returns the next line without its line ending (CR, LF or CR LF), or `None` if the line is incomplete.
    fn take_line(&mut self) -> Option<BytesMut> {
        if self.after_cr && !self.buffer.rest().is_empty() {
            self.after_cr = false;
            if self.buffer.rest().first() == Some(&b'\n') {
                self.buffer.skip(1);
            }
        }
        let mut line = self.buffer.take_line(|byte| matches!(byte, b'\n' | b'\r'))?;
        self.after_cr = line.last() == Some(&b'\r');
        line.truncate(line.len().saturating_sub(1));
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
            // Comments, which have an empty field name, and unknown fields are ignored.
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
            parser.push(chunk);
            events.extend(std::iter::from_fn(|| parser.next()).map(Result::unwrap));
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
        assert_eq!(ids, [Some("1"), Some("1"), None], "ids of the events");
        assert_eq!(names, [Some("add"), None, None], "names of the events");
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

    /// The time to parse a long event must not grow quadratically with the event's length.
    #[test]
    fn each_byte_is_looked_at_once() {
        let long = format!("data: {}\ndata: {}\n\n", "x".repeat(50_000), "y".repeat(50_000));
        let mut parser = EventParser::default();
        let mut events = 0;
        for byte in long.as_bytes().chunks(1) {
            parser.push(byte);
            events += usize::from(parser.next().is_some());
        }
        assert_eq!(
            (events, parser.buffer.looked_at),
            (1, long.len()),
            "number of events, and number of bytes already searched"
        );
    }

    #[test]
    fn an_event_or_line_beyond_the_limit_is_an_error() {
        let first = |text: &str, size: usize| {
            let mut parser = EventParser::default().with_limit(10);
            let mut chunks = text.as_bytes().chunks(size);
            std::iter::from_fn(|| {
                chunks.next().map(|chunk| {
                    parser.push(chunk);
                    parser.next()
                })
            })
            .flatten()
            .next()
        };
        for size in [1, 3, 1000] {
            assert_eq!(first("data: 0123456789\n\n", size), Some(Ok(event("0123456789"))));
            assert_eq!(first(&format!("data: {}\n\n", "x".repeat(12)), size), Some(Err(TooLong)));
            for field in ["data:", "data: "] {
                let longer = format!("{field}{}\n\n", "x".repeat(11));
                assert_eq!(first(&longer, size), Some(Err(TooLong)), "{field}");
            }
            assert_eq!(first("data: 01234\ndata: 5678\ndata: 9\n\n", size), Some(Err(TooLong)), "joined");
            assert_eq!(first(&format!(": {}\n", "x".repeat(100)), size), Some(Err(TooLong)), "a comment");
            assert_eq!(first(&"x".repeat(100), size), Some(Err(TooLong)), "without an end");
        }
    }
}
