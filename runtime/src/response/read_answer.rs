//! Reads as much of a response as the declared type needs.

use std::future::Future;

use bytes::Bytes;
use http::HeaderMap;

use super::answer::{Answer, Content};
use super::capture::beginning;
use super::reading::Reading;
use crate::error::{Error, Kind, Receipt};
use crate::platform::messages;
use crate::transport::body;
use crate::transport::response::Response;

/// The maximum body length of an unsuccessful response, in bytes. Reading more bytes would not make the error more
/// helpful.
const MAX_ERROR_BODY: usize = 1024 * 1024;

impl Answer {
    /// Reads the body of a response for which [`leaves`](Reading::leaves) returns `false`. Returns an error if a
    /// successful response has more than `max_body` bytes. The body of an unsuccessful response is truncated at the
    /// limit.
    #[expect(clippy::manual_async_fn, reason = "an async fn stores two copies of its arguments")]
    pub(crate) fn read(
        response: &mut Response,
        reading: Reading,
        max_body: Option<usize>,
    ) -> impl Future<Output = Result<Self, Error>> + Send + '_ {
        async move {
            let status = response.status();
            if reading.is_live(status) {
                let body = Box::pin(beginning(response)).await;
                return Ok(Self::whole_of(response, body));
            }
            let limit = match max_body {
                _ if !status.is_success() => max_body.map_or(MAX_ERROR_BODY, |max| max.min(MAX_ERROR_BODY)),
                // If the value of the `content-length` header exceeds the limit, the body is not read.
                Some(max) if is_longer(response, max) => return Err(too_large(max)),
                max => max.unwrap_or(usize::MAX),
            };
            let read = body::read(response, limit).await?;
            if read.is_cut && status.is_success() {
                return Err(too_large(limit));
            }
            let answer = Self::whole_of(response, read.bytes);
            Ok(Self { cut: read.is_cut, ..answer })
        }
    }

    fn whole_of(response: &mut Response, body: Bytes) -> Self {
        Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            content: Content::Whole(body),
            receipt: Receipt::default(),
            rejection: None,
            secret: false,
            refused: false,
            none: false,
            cut: false,
            continuation: None,
        }
    }

    /// Creates an `Answer` from a response whose body has not been read.
    pub(crate) fn live(response: Response, receipt: Receipt) -> Self {
        let mut response = response.into_message();
        messages::extend(&mut response, receipt);
        Self {
            status: response.status(),
            headers: HeaderMap::new(),
            receipt,
            rejection: None,
            content: Content::Live(Box::new(response)),
            secret: false,
            refused: false,
            none: false,
            cut: false,
            continuation: None,
        }
    }
}

fn is_longer(response: &Response, max_body: usize) -> bool {
    let longer = |length| usize::try_from(length).map_or(true, |length: usize| length > max_body);
    response.content_length().is_some_and(longer)
}

#[cold]
fn too_large(max_body: usize) -> Error {
    let text = format!(
        "the body of the response is longer than {max_body} bytes. Raise `max_body`, or read the response as a `ByteStream`"
    );
    Error::new(Kind::BodyTooLarge, text)
}
