//! Splits a body, which arrives in chunks, into lines. Each byte is examined only once, even if the chunks are small.

use bytes::{Buf, BytesMut};

#[derive(Debug, Default)]
pub(crate) struct LineBuffer {
    bytes: BytesMut,
    /// The number of bytes at the start of the buffer that have been searched without finding a line ending.
    searched: usize,
    /// The total number of bytes examined, counting repeated examinations. Only a test uses this number.
    #[cfg(test)]
    pub(crate) looked_at: usize,
}

impl LineBuffer {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    /// Removes the next line from the buffer and returns the line, including its last byte. Returns `None` if the line
    /// is incomplete.
    pub(crate) fn take_line(&mut self, is_end: impl Fn(u8) -> bool) -> Option<BytesMut> {
        let rest = self.bytes.get(self.searched..)?;
        let end = rest.iter().position(|byte| is_end(*byte));
        #[cfg(test)]
        {
            self.looked_at += end.map_or(rest.len(), |end| end + 1);
        }
        let Some(end) = end else {
            self.searched = self.bytes.len();
            return None;
        };
        let line = self.bytes.split_to(self.searched + end + 1);
        self.searched = 0;
        Some(line)
    }

    /// Returns the bytes of an incomplete line that have arrived so far.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn take_rest(&mut self) -> BytesMut {
        self.searched = 0;
        self.bytes.split()
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.bytes.advance(count.min(self.bytes.len()));
        self.searched = self.searched.saturating_sub(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time to read a long line must not grow quadratically with the line's length.
    #[test]
    fn each_byte_is_looked_at_once() {
        let line = [&vec![b'x'; 100_000][..], b"\n"].concat();
        for size in [1, 7, 1000, line.len()] {
            let (mut buffer, mut lines) = (LineBuffer::default(), 0);
            for chunk in line.chunks(size) {
                buffer.push(chunk);
                lines += usize::from(buffer.take_line(|byte| byte == b'\n').is_some());
            }
            assert_eq!((lines, buffer.looked_at), (1, line.len()), "in chunks of {size} bytes");
        }
    }
}
