//! Reads one long event or line that arrives byte by byte. A client that scans all received bytes again for each new
//! byte would need quadratic time.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use afresh::{Events, Lines, Result, api};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tower::service_fn;

use crate::caller::Work;

#[api]
trait Feed {
    #[get("/events")]
    async fn events(&self) -> Result<Events<String>>;

    #[get("/lines")]
    async fn lines(&self) -> Result<Lines<String>>;
}

/// The two lengths in bytes; the second length is twice the first.
pub const LENGTHS: [usize; 2] = [10_000, 20_000];

/// Returns the name of the benchmark subject that reads events or lines (`kind`) of the given length.
pub fn subject(kind: &str, length: usize) -> String {
    format!("stream:{kind}-{length}")
}

/// Makes calls that each read one event or one line. `what` has the form `events-10000` or `lines-10000`.
pub async fn run(what: &str, base: &str, work: Work) {
    let (kind, length) = what.split_once('-').expect("a kind and a length");
    let length: usize = length.parse().expect("a length");
    let builder = FeedClient::builder(base);
    match kind {
        "events" => {
            let item = Bytes::from(format!("data: \"{}\"\n\n", "x".repeat(length)));
            let client =
                builder.transport(service_fn(move |_| answer("text/event-stream", item.clone()))).build();
            let client = client.expect("a client");
            work.of(async |_| {
                let mut events = client.events().await.expect("events");
                drop(black_box(events.next().await.expect("an event").expect("a text")));
            })
            .await;
        }
        "lines" => {
            let item = Bytes::from(format!("\"{}\"\n", "x".repeat(length)));
            let client =
                builder.transport(service_fn(move |_| answer("application/x-ndjson", item.clone()))).build();
            let client = client.expect("a client");
            work.of(async |_| {
                let mut lines = client.lines().await.expect("lines");
                drop(black_box(lines.next().await.expect("a line").expect("a text")));
            })
            .await;
        }
        kind => panic!("no such kind: {kind}"),
    }
}

fn answer(
    media_type: &'static str,
    item: Bytes,
) -> Ready<std::result::Result<reqwest::Response, Infallible>> {
    let body = reqwest::Body::wrap(ByteByByte(item).map_err(|never: Infallible| match never {}));
    let answer = http::Response::builder().header("content-type", media_type).body(body);
    ready(Ok(answer.expect("nothing is wrong").into()))
}

/// A body whose frames have one byte each.
struct ByteByByte(Bytes);

impl Body for ByteByByte {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(self.0.split_to(1)))))
    }
}
