//! Sends one request of a call and follows redirects. For each request, [`Sender`] decides whether the request carries
//! the credential.
//!
//! The runtime, not the transport, follows redirects, because a transport cannot know which headers are secret.

use super::placement::Placement;
use crate::declaration::statuses::Statuses;
use crate::error::{Error, Kind, Stamp};
use crate::platform::messages::Request;
use crate::platform::url::Url;
use crate::request::prepared::Prepared;
use crate::session::{Session, SetCookies, Snapshot};
use crate::trace::{InSpan, SendSpans};
use crate::transport::accept::prefer_json;
use crate::transport::origin::Origin;
use crate::transport::redirect::{Hop, MAX_REDIRECTS, body_leaves, strip_secrets};
use crate::transport::response::Response;
use crate::transport::transport::Sent;
use crate::transport::upstream::Upstream;

pub(crate) struct Sender<'a> {
    pub(crate) upstream: &'a Upstream,
    pub(crate) session: &'a Session,
    pub(crate) placement: &'a Placement,
    /// The additional origins that may receive the body and headers after a redirect: the origins set for the client,
    /// and the origins set for the call.
    pub(crate) follow_to: [&'a [Origin]; 2],
    /// Whether the call is a login, refresh or logout. A login, refresh or logout call is never redirected to another
    /// origin. Cookies from a login response belong to the session that the login begins.
    pub(crate) has_role: bool,
    pub(crate) spans: &'a SendSpans,
    /// The status codes with which the server refuses a credential. A redirect whose status code is in `refresh_on` is
    /// treated as a refusal and is not followed.
    pub(crate) refresh_on: Statuses<'a>,
}

/// Where the final response to a request came from.
pub(crate) struct CameFrom {
    /// Whether the response came from the client's own origin.
    pub(crate) own: bool,
    pub(crate) redirected_to: Option<Box<Url>>,
}

impl Sender<'_> {
    /// Passes `request` to the transport. The default headers, the credential and the cookies are added only if the
    /// request goes to the client's own origin and no earlier redirect has left that origin.
    #[inline]
    pub(crate) fn send(
        &self,
        mut request: Request,
        snapshot: Option<&Snapshot>,
        left_origin: bool,
    ) -> InSpan<Sent> {
        if !left_origin && self.upstream.is_own(request.url()) {
            self.upstream.add_defaults(&mut request);
            if let Some(snapshot) = snapshot {
                self.placement.apply(snapshot, &mut request);
            }
        }
        if self.has_role {
            prefer_json(&mut request);
        }
        let span = self.spans.open(&request);
        span.around(if self.has_role {
            self.upstream.send_secret(request)
        } else {
            self.upstream.transport.send(request)
        })
    }

    /// Follows redirects, starting with `response`, the response to the first request. Returns the final response.
    ///
    /// `stamp` identifies the state that the session had when the request was sent. The stamp prevents a late response
    /// from overwriting newer cookies. For a login, refresh or logout call, received cookies are collected in
    /// `cookies`.
    pub(crate) async fn receive(
        &self,
        call: &mut Prepared,
        snapshot: Option<&Snapshot>,
        stamp: Stamp,
        mut response: Response,
        cookies: &mut Vec<SetCookies>,
    ) -> Result<(Response, CameFrom), Error> {
        let first = call.url(self.upstream)?.into_owned();
        let mut hop = Hop::first(call.method());
        for _ in 0..=MAX_REDIRECTS {
            let url = hop.url.as_ref().unwrap_or(&first);
            let own = !hop.left_origin && self.keep_cookies(&response, url, stamp, cookies);
            let is_refusal = own && self.refresh_on.contains(response.status());
            let next = if is_refusal { None } else { hop.next(&response, url, self.upstream) };
            let next = next.filter(|next| !(next.left_origin && self.has_role));
            // A redirect that cannot be followed is returned to the caller.
            let request = match &next {
                Some(next) => self.request_for(call, next)?,
                None => None,
            };
            let (Some(next), Some(request)) = (next, request) else {
                return Ok((response, CameFrom { own, redirected_to: hop.url.map(Box::new) }));
            };
            hop = next;
            drop(response);
            self.spans.redirected();
            response = self.send(request, snapshot, hop.left_origin).await?;
        }
        Err(Error::new(Kind::Transport, "the server redirected the request too many times. Check the URL"))
    }

    /// Returns whether `response` came from the client's own origin. Cookies are stored only if the response came from
    /// the client's own origin.
    fn keep_cookies(
        &self,
        response: &Response,
        url: &Url,
        stamp: Stamp,
        cookies: &mut Vec<SetCookies>,
    ) -> bool {
        let own = self.upstream.is_own(url) && !self.upstream.came_from_elsewhere(response);
        if let Some(set) = SetCookies::of(response.headers(), url).filter(|_| own) {
            if self.has_role {
                cookies.push(set.that_refresh());
            } else {
                self.session.keep_cookies(stamp, &set);
            }
        }
        own
    }

    fn request_for(&self, call: &mut Prepared, hop: &Hop) -> Result<Option<Request>, Error> {
        let Some(url) = &hop.url else { return call.request(self.upstream) };
        let may_follow = self.follow_to.iter().copied().flatten().any(|origin| origin.is_of(url));
        if hop.left_origin && !may_follow {
            return bare_request(call, hop, url).map(Some);
        }
        let request = if hop.keeps_body {
            call.request(self.upstream)?
        } else {
            call.request_without_body(self.upstream)?
        };
        let Some(mut request) = request else { return Ok(None) };
        *request.url_mut() = url.clone();
        *request.method_mut() = hop.method.clone();
        if hop.left_origin {
            self.upstream.add_default_headers(&mut request);
            strip_secrets(request.headers_mut(), &self.placement.header);
        }
        Ok(Some(request))
    }
}

/// Returns a request to another origin without the user's headers and body, which can contain keys or passwords.
fn bare_request(call: &Prepared, hop: &Hop, url: &Url) -> Result<Request, Error> {
    if hop.keeps_body && call.has_body() {
        return Err(body_leaves(url));
    }
    Ok(Request::new(hop.method.clone(), url.clone()))
}
