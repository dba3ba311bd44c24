//! Reads the beginning of a response body and puts the chunks back into the body.

use std::time::Duration;

use bytes::Bytes;

use super::response::Response;
use super::time::timeout;

const LIMIT: usize = 16 * 1024;
const WAIT: Duration = Duration::from_secs(1);

pub(crate) async fn look_at(mut response: Response) -> (Response, Bytes) {
    let mut chunks = Vec::new();
    let read = async {
        let mut length = 0;
        while length < LIMIT {
            let Some(chunk) = response.chunk().await.transpose() else { break };
            length = chunk.as_ref().map_or(LIMIT, |chunk| length + chunk.len());
            chunks.push(chunk);
        }
    };
    let _ = timeout(WAIT, read).await;
    let mut prefix = Vec::new();
    for chunk in chunks.iter().flatten() {
        prefix.extend_from_slice(chunk);
    }
    prefix.truncate(LIMIT);
    response.put_back(chunks.into_iter());
    (response, prefix.into())
}
