//! Serves one connection from the browser: reads the request head, with size and time limits, and sends a page.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::page::Page;

/// The maximum length of a request head, in bytes. The limit is high because a browser sends all cookies for the
/// loopback host, including cookies from other programs.
const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 128;
/// The time limit for reading a request head, and for writing a page.
const DEADLINE: Duration = Duration::from_secs(10);
/// The maximum time to wait for the browser to close the connection after the page has been sent.
const CLOSE_DEADLINE: Duration = Duration::from_millis(500);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A `GET` request for the redirect path, with its query.
    Callback(String),
    /// Any other request.
    Other,
}

/// Reads the head of one request. Returns `None` if the complete head does not arrive before the deadline.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin), path: &str) -> Option<Asked> {
    match timeout(DEADLINE, read_head(stream)).await {
        Ok(Ok(Some(head))) => Some(asked(&head, path)),
        Ok(Ok(None)) => Some(Asked::Other),
        Ok(Err(_)) | Err(_) => None,
    }
}

/// Sends `page` and closes the connection. Errors are ignored because a browser that has closed the connection no
/// longer needs the page.
pub(super) async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), page: &Page) {
    let response = page.to_response();
    let written = timeout(DEADLINE, async {
        stream.write_all(&response).await?;
        stream.shutdown().await
    });
    if let Ok(Ok(())) = written.await {
        // Closing a socket that has unread data would reset the connection, and the browser would lose the page.
        let _ = timeout(CLOSE_DEADLINE, drain(stream)).await;
    }
}

/// Reads bytes until the end of the request head. Returns `None` if the request head is too long.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let (mut head, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut chunk).await?;
        let read = chunk.get(..count).unwrap_or_default();
        if read.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // The four bytes that end the head can be split across two chunks.
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(read);
        let new = head.get(from..).unwrap_or_default();
        if new.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
            return Ok(Some(head));
        }
        if head.len() > MAX_HEAD {
            return Ok(None);
        }
    }
}

async fn drain(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let (mut chunk, mut total) = ([0; 4096], 0_usize);
    while total < 4 * MAX_HEAD {
        match stream.read(&mut chunk).await? {
            0 => return Ok(()),
            count => total = total.saturating_add(count),
        }
    }
    Ok(())
}

fn asked(head: &[u8], path: &str) -> Asked {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    if !matches!(request.parse(head), Ok(httparse::Status::Complete(_))) {
        return Asked::Other;
    }
    let (target, query) = request.path.unwrap_or_default().split_once('?').unwrap_or_default();
    if request.method == Some("GET") && target == path {
        Asked::Callback(query.to_owned())
    } else {
        Asked::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_get_of_the_own_path_with_a_query_is_a_callback() {
        let ask = |line: &str| asked(format!("{line}\r\nhost: 127.0.0.1\r\n\r\n").as_bytes(), "/callback");
        assert_eq!(ask("GET /callback?code=1&state=2 HTTP/1.1"), Asked::Callback("code=1&state=2".into()));
        assert_eq!(ask("GET /callback? HTTP/1.0"), Asked::Callback(String::new()));
        for line in [
            "POST /callback?code=1 HTTP/1.1",
            "HEAD /callback?code=1 HTTP/1.1",
            "get /callback?code=1 HTTP/1.1",
            "GET /callback HTTP/1.1",
            "GET /callback/?code=1 HTTP/1.1",
            "GET /Callback?code=1 HTTP/1.1",
            "GET //callback?code=1 HTTP/1.1",
            "GET /%63allback?code=1 HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "GET http://127.0.0.1/callback?code=1 HTTP/1.1",
            "GET /callback?code=1",
            "OPTIONS * HTTP/1.1",
            "\u{16}\u{3}\u{1}",
            "",
        ] {
            assert_eq!(ask(line), Asked::Other, "{line}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_a_limit_and_a_deadline() {
        let long = vec![b'a'; 2 * MAX_HEAD];
        assert_eq!(read(&mut long.as_slice(), "/callback").await, Some(Asked::Other));
        let (_sender, mut receiver) = tokio::io::duplex(64);
        assert_eq!(read(&mut receiver, "/callback").await, None);
        assert_eq!(read(&mut &b"GET /callback?a HTTP/1.1\r\n"[..], "/callback").await, None);
    }

    #[tokio::test]
    async fn a_head_may_arrive_byte_by_byte() {
        let (mut sender, mut receiver) = tokio::io::duplex(1);
        let sends =
            tokio::spawn(async move { sender.write_all(b"GET /callback?a=1 HTTP/1.1\r\n\r\n").await });
        assert_eq!(read(&mut receiver, "/callback").await, Some(Asked::Callback("a=1".into())));
        sends.await.unwrap().unwrap();
    }
}
