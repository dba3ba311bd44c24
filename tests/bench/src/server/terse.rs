//! A server that needs less CPU time per request than any of the measured clients. The server reads only the path of a
//! request and treats every path as the path of an item. A client's speed is measurable only if the client is the
//! bottleneck.

use std::io::Write;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::item::Item;

const END: &[u8] = b"\r\n\r\n";

/// Serves a connection until the client closes it. The requests must not have bodies.
pub async fn converse(mut stream: TcpStream) {
    let (mut received, mut answer, mut json) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        match stream.read_buf(&mut received).await {
            Ok(length) if length > 0 => {}
            _ => return,
        }
        answer.clear();
        while let Some(end) = received.windows(END.len()).position(|bytes| bytes == END) {
            json.clear();
            write_answer(number(&received), &mut json, &mut answer);
            received.drain(..end + END.len());
        }
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// Writes the response to a request for an item. The response has the same headers as a response from the server in
/// `answers.rs`.
fn write_answer(id: u64, json: &mut Vec<u8>, answer: &mut Vec<u8>) {
    serde_json::to_writer(&mut *json, &Item::numbered(id)).expect("memory");
    write!(
        answer,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
        json.len()
    )
    .expect("memory");
    answer.extend_from_slice(json);
}

/// Returns the number in a request such as `GET /items/1234?q=..`.
fn number(request: &[u8]) -> u64 {
    let path = request.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    let digits =
        path.iter().skip_while(|byte| !byte.is_ascii_digit()).take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}
