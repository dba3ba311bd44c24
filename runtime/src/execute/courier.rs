//! Delivers one send of a call, redirects included, and decides at each hop who may see a credential:
//! [`Courier`].
//!
//! The runtime follows redirects itself because a transport cannot know which headers are secrets.

use http::header::{self, HeaderName};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Request;
use url::Url;

use crate::error::Stamp;
use crate::error::{Error, Kind};
use crate::execute::placement::Placement;
use crate::request::prepared::Prepared;
use crate::session::{Session, SetCookies, Snapshot};
use crate::trace::{Followed, Trail};
use crate::transport::response::Response;
use crate::transport::transport::Sent;
use crate::transport::upstream::Wire;

/// As many as reqwest follows.
const MOST_HOPS: usize = 10;

pub(crate) struct Courier<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) session: &'a Session,
    pub(crate) placement: &'a Placement,
    pub(crate) errand: Errand,
    pub(crate) trail: &'a Trail,
}

/// What kind of call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// A redirect may lead to another origin, where no credential goes along. Cookies of the answers belong
    /// to the session at once.
    Ordinary,
    /// It makes or ends a session: it stays at home, and its cookies belong to the session that it makes.
    Role,
}

/// What came back.
pub(crate) struct Delivered {
    pub(crate) response: Response,
    /// Whether the origin that may see credentials answered. What another one says of a credential is not
    /// about ours.
    pub(crate) home: bool,
    /// The cookies that the answers to a [`Errand::Role`] set, in order.
    pub(crate) cookies: Vec<SetCookies>,
}

/// Where a call has got to.
struct Hop {
    /// `None`: where it was to go.
    url: Option<Url>,
    method: Method,
    /// Once dropped, a body does not come back.
    keeps_body: bool,
    /// Once another origin has had its say, the way back is its choice: no credential goes along any more.
    left_home: bool,
}

impl Courier<'_> {
    /// Sends the call under `pass`; `None` if its body is spent.
    pub(crate) async fn deliver(
        &self,
        call: &mut Prepared,
        pass: Option<&Snapshot>,
    ) -> Result<Option<Box<Delivered>>, Error> {
        // What the session is now, not when the answer comes: a late answer must not overwrite newer cookies.
        let stamp = pass.map_or_else(|| self.session.snapshot().stamp, |pass| pass.stamp);
        let Some(request) = call.request(self.wire)? else { return Ok(None) };
        let response = self.send(request, pass, true).await?;
        // Boxed, so that a call which is not redirected does not carry the room for it.
        if response.status().is_redirection() {
            return Box::pin(self.follow(call, pass, stamp, response)).await.map(Some);
        }
        self.receive_last(call, stamp, response).map(Some)
    }

    /// What becomes of the first answer to a call that was sent under `pass`, when the session was at `stamp`.
    pub(crate) async fn take_up(
        &self,
        call: &mut Prepared,
        pass: Option<&Snapshot>,
        stamp: Stamp,
        response: Response,
    ) -> Result<Box<Delivered>, Error> {
        if response.status().is_redirection() {
            return Box::pin(self.follow(call, pass, stamp, response)).await;
        }
        self.receive_last(call, stamp, response)
    }

    /// The answer is that of the first hop, and leads nowhere else.
    fn receive_last(
        &self,
        call: &Prepared,
        stamp: Stamp,
        response: Response,
    ) -> Result<Box<Delivered>, Error> {
        let mut cookies = Vec::new();
        let home = self.receive(&response, &*call.url(self.wire)?, stamp, &mut cookies);
        Ok(Box::new(Delivered { response, home, cookies }))
    }

    /// Goes where the answers lead, as long as the call may go there.
    async fn follow(
        &self,
        call: &mut Prepared,
        pass: Option<&Snapshot>,
        stamp: Stamp,
        mut response: Response,
    ) -> Result<Box<Delivered>, Error> {
        let mut hop = Hop { url: None, method: call.method(), keeps_body: true, left_home: false };
        let mut cookies = Vec::new();
        let first = call.url(self.wire)?.into_owned();
        for _ in 0..=MOST_HOPS {
            let url = hop.url.as_ref().unwrap_or(&first);
            let home = !hop.left_home && self.receive(&response, url, stamp, &mut cookies);
            let next = next_hop(&response, &hop, url, self.wire);
            let next = next.filter(|next| !next.left_home || self.errand == Errand::Ordinary);
            // Who may not follow, or has no body left to do so, gets the redirect itself.
            let request = match &next {
                Some(next) => self.request_for(call, next)?,
                None => None,
            };
            let (Some(next), Some(request)) = (next, request) else {
                return Ok(Box::new(Delivered { response, home, cookies }));
            };
            hop = next;
            drop(response);
            self.trail.redirected();
            response = self.send(request, pass, !hop.left_home).await?;
        }
        Err(Error::new(Kind::Transport, "the server redirects without end"))
    }

    /// Whether `response` is this origin's own. Only then are its cookies kept.
    fn receive(&self, response: &Response, url: &Url, stamp: Stamp, cookies: &mut Vec<SetCookies>) -> bool {
        let home = self.wire.is_home(url) && !self.wire.came_from_elsewhere(response);
        if let Some(set) = SetCookies::of(response.headers(), url).filter(|_| home) {
            match self.errand {
                Errand::Ordinary => self.session.keep_cookies(stamp, &set),
                Errand::Role => cookies.push(set),
            }
        }
        home
    }

    /// `at_home`: the call has not been anywhere else. Only then does it take along what is for this origin.
    pub(crate) fn send(
        &self,
        mut request: Request,
        pass: Option<&Snapshot>,
        at_home: bool,
    ) -> Followed<Sent> {
        if at_home && self.wire.is_home(request.url()) {
            self.wire.add_defaults(&mut request);
            if let Some(pass) = pass {
                self.placement.apply(pass, &mut request);
            }
        }
        let sending = self.trail.send(&request);
        sending.of(match self.errand {
            Errand::Ordinary => self.wire.transport.send(request),
            Errand::Role => self.wire.send_secret(request),
        })
    }

    fn request_for(&self, call: &mut Prepared, hop: &Hop) -> Result<Option<Request>, Error> {
        let request =
            if hop.keeps_body { call.request(self.wire)? } else { call.request_without_body(self.wire)? };
        let Some(mut request) = request else { return Ok(None) };
        if let Some(url) = &hop.url {
            *request.url_mut() = url.clone();
        }
        *request.method_mut() = hop.method.clone();
        if hop.left_home {
            strip_secrets(request.headers_mut(), &self.placement.header);
        }
        Ok(Some(request))
    }
}

/// RFC 9110 §15.4: 307 and 308 repeat the request; 303 asks for the result by GET, and so do 301 and 302
/// after a POST.
fn next_hop(answer: &Response, at: &Hop, url: &Url, wire: &Wire) -> Option<Hop> {
    let repeats = match answer.status() {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => at.method != Method::POST,
        StatusCode::SEE_OTHER => at.method == Method::GET || at.method == Method::HEAD,
        _ => return None,
    };
    let location = answer.headers().get(header::LOCATION)?;
    let url = url.join(std::str::from_utf8(location.as_bytes()).ok()?).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let method = if repeats { at.method.clone() } else { Method::GET };
    let left_home = at.left_home || !wire.is_home(&url);
    Some(Hop { url: Some(url), method, keeps_body: repeats && at.keeps_body, left_home })
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
