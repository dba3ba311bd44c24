//! Reads a response that becomes part of an error, with limits on size and time: [`capture`], [`beginning`].

use std::time::Duration;

use bytes::Bytes;

use crate::error::Rejection;
use crate::platform::runtime::Handle;
use crate::platform::time::timeout;
use crate::transport::response::Response;

/// The maximum number of body bytes that are kept.
const BODY_CAP: usize = 64 * 1024;
/// The time limit for reading the body.
const BODY_WAIT: Duration = Duration::from_secs(1);

/// Reads the status, the headers and the beginning of the body, and releases the connection.
pub(crate) async fn capture(mut response: Response) -> Rejection {
    let (body, is_whole) = read_beginning(&mut response).await;
    Rejection::compact(response.status(), response.headers(), body, !is_whole)
}

pub(crate) async fn beginning(response: &mut Response) -> Bytes {
    read_beginning(response).await.0
}

/// Returns the bytes that were read, and whether they are the whole body.
async fn read_beginning(response: &mut Response) -> (Bytes, bool) {
    let (mut body, mut is_whole) = (Vec::new(), false);
    let read = async {
        while let Ok(chunk) = response.chunk().await {
            let Some(chunk) = chunk else {
                is_whole = true;
                return;
            };
            let kept = chunk.get(..BODY_CAP - body.len());
            body.extend_from_slice(kept.unwrap_or(&chunk));
            if kept.is_some_and(|kept| kept.len() < chunk.len()) {
                return;
            }
        }
    };
    // A body that never ends must not delay the refresh. When the time limit is reached, the bytes that have arrived
    // are kept.
    if Handle::try_current().is_ok() {
        let _ = timeout(BODY_WAIT, read).await;
    } else {
        read.await;
    }
    (body.into(), is_whole)
}
