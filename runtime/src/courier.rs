//! Delivers one send of a call, redirects included, and decides at each hop who may see a credential:
//! [`Courier`].
//!
//! The runtime follows redirects itself because a transport cannot know which headers are secrets.

use http::header::{self, HeaderName};
use http::{HeaderMap, Method, StatusCode};
use reqwest::{Request, Response};
use url::Url;

use crate::error::{Error, Kind};
use crate::placement::Placement;
use crate::prepared::Prepared;
use crate::session::{Session, Snapshot};
use crate::transport::forbid_repeat;
use crate::wire::Wire;

/// As many as browsers and reqwest follow.
const MOST_HOPS: usize = 10;

pub(crate) struct Courier<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) session: &'a Session,
    pub(crate) placement: &'a Placement,
    /// Whether a redirect may lead to another origin, where no credential goes along.
    pub(crate) roams: bool,
}

/// What came back.
pub(crate) struct Delivered {
    pub(crate) response: Response,
    /// Whether the origin that may see credentials answered. What another one says of a credential is not
    /// about ours.
    pub(crate) home: bool,
}

/// Where a redirect leads.
struct Hop {
    url: Url,
    method: Method,
    keeps_body: bool,
}

impl Courier<'_> {
    /// Sends the call under `pass`; `None` if its body is spent.
    pub(crate) async fn deliver(
        &self,
        call: &mut Prepared,
        pass: Option<&Snapshot>,
    ) -> Result<Option<Delivered>, Error> {
        let Some(request) = call.request()? else { return Ok(None) };
        // What the session is now, not when the answer comes: a late answer must not overwrite newer cookies.
        let stamp = pass.map_or_else(|| self.session.snapshot().stamp, |pass| pass.stamp);
        let mut method = request.method().clone();
        let mut answered = self.send(request, pass).await?;
        let mut at: Option<Url> = None;
        for _ in 0..MOST_HOPS {
            let from = at.as_ref().unwrap_or(call.url());
            let home = self.wire.is_home(from);
            if home {
                self.session.keep_cookies(stamp, answered.headers(), from);
            }
            let Some(hop) = next_hop(&answered, from, &method) else {
                let home = home && !self.wire.came_from_elsewhere(&answered);
                return Ok(Some(Delivered { response: answered, home }));
            };
            let leaves = !self.wire.is_home(&hop.url);
            let request = if leaves && !self.roams { None } else { self.request_for(call, &hop, leaves)? };
            // Who may not follow, or has no body left to do so, gets the redirect itself.
            let Some(request) = request else {
                return Ok(Some(Delivered { response: answered, home }));
            };
            drop(answered);
            answered = self.send(request, pass.filter(|_| !leaves)).await?;
            method = hop.method;
            at = Some(hop.url);
        }
        Err(Error::new(Kind::Transport, "the server redirects without end"))
    }

    async fn send(&self, mut request: Request, pass: Option<&Snapshot>) -> Result<Response, Error> {
        if self.wire.is_home(request.url()) {
            self.wire.add_defaults(&mut request);
            if let Some(pass) = pass {
                self.placement.apply(pass, &mut request);
            }
        }
        if !self.roams && self.wire.follows_redirects {
            forbid_repeat(&mut request);
        }
        self.wire.transport.send(request).await
    }

    fn request_for(&self, call: &mut Prepared, hop: &Hop, leaves: bool) -> Result<Option<Request>, Error> {
        let Some(mut request) = call.request()? else { return Ok(None) };
        *request.url_mut() = hop.url.clone();
        *request.method_mut() = hop.method.clone();
        if !hop.keeps_body {
            *request.body_mut() = None;
            for name in [
                header::CONTENT_TYPE,
                header::CONTENT_LENGTH,
                header::CONTENT_ENCODING,
                header::TRANSFER_ENCODING,
            ] {
                request.headers_mut().remove(name);
            }
        }
        if leaves {
            strip_secrets(request.headers_mut(), &self.placement.header);
        }
        Ok(Some(request))
    }
}

/// RFC 9110 §15.4: 307 and 308 repeat the request; 303 asks for the result by GET, and so do 301 and 302
/// after a POST.
fn next_hop(answer: &Response, from: &Url, method: &Method) -> Option<Hop> {
    let status = answer.status();
    let repeats = match status {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method != Method::POST,
        StatusCode::SEE_OTHER => method == Method::GET || method == Method::HEAD,
        _ => return None,
    };
    let location = answer.headers().get(header::LOCATION)?;
    let url = from.join(std::str::from_utf8(location.as_bytes()).ok()?).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let method = if repeats { method.clone() } else { Method::GET };
    Some(Hop { url, method, keeps_body: repeats })
}

/// What the caller put in for the one origin is not for another.
fn strip_secrets(headers: &mut HeaderMap, token_header: &HeaderName) {
    const ALWAYS: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];
    for name in ALWAYS.iter().chain([token_header]) {
        headers.remove(name);
    }
    let sensitive: Vec<HeaderName> =
        headers.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.clone()).collect();
    for name in sensitive {
        headers.remove(name);
    }
}
