//! Builds and sends the requests to an authorization server's token endpoint and revocation endpoint.

use std::fmt;

use form_urlencoded::Serializer;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue};

use super::client_auth::{ClientAuth, basic};
use super::endpoint_url::{PlainHttp, endpoint_url};
use crate::error::{Error, Kind, Result};
use crate::platform::time::timeout;
use crate::platform::url::{Url, ascii_origin};
use crate::refresh::error_response::ErrorResponse;
use crate::refresh::refresher::RefreshContext;
use crate::refresh::token_request::{DEADLINE as REQUEST_DEADLINE, EndpointResponse, NoResponse, ask};
use crate::request::body::Content;
use crate::request::declared::{Declared, DeclaredBody};
use crate::request::prepared::Prepared;
use crate::trace::SendSpans;
use crate::transport::call_info::{CallInfo, CallKind};
use crate::transport::origin::Origin;
use crate::transport::transport::Transport;
use crate::transport::upstream::Upstream;

#[derive(Clone)]
pub(super) struct TokenEndpoint {
    pub(super) url: String,
    pub(super) revocation_url: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) auth: ClientAuth,
    /// The additional parameters of a token request, in the order in which the program added them.
    pub(super) params: Vec<(String, String)>,
    pub(super) transport: Option<Transport>,
    pub(super) allow_http: bool,
}

impl TokenEndpoint {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            revocation_url: None,
            client_id: None,
            client_secret: None,
            auth: ClientAuth::Basic,
            params: Vec::new(),
            transport: None,
            allow_http: false,
        }
    }

    /// Sets a parameter, and removes all earlier values of this parameter.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.params.retain(|(known, _)| known != name);
        self.params.push((name.to_owned(), value));
    }

    pub(super) fn check(&self) -> Result<()> {
        self.endpoint(&self.url, "the token endpoint")?;
        if let Some(url) = &self.revocation_url {
            self.endpoint(url, "the revocation endpoint")?;
        }
        if self.client_secret.is_some() && self.client_id.is_none() {
            return Err(Error::builder("a client secret requires a client id. Set `client_id`"));
        }
        Ok(())
    }

    fn endpoint(&self, url: &str, which: &'static str) -> Result<Url> {
        let advice = "Use https, or call `allow_http` on a trusted network";
        endpoint_url(
            url,
            which,
            if self.allow_http { PlainHttp::Allowed } else { PlainHttp::Refused(advice) },
        )
    }

    /// Returns the `Upstream` for `url`. Requests are sent with the grant's transport, or with the client's transport
    /// if the grant has none.
    fn upstream(&self, url: &Url, context: RefreshContext<'_>) -> Upstream {
        let api = context.home;
        let transport = self.transport.as_ref().unwrap_or(&api.transport).clone();
        Upstream {
            follows_redirects: transport.follows_redirects(),
            transport,
            origin: Origin::of(url),
            base: url.clone(),
            headers: if api.is_own(url) { api.headers.clone() } else { HeaderMap::new() },
            host: None,
        }
    }

    pub(super) fn token_request(
        &self,
        grant: &[(&str, &str)],
        context: RefreshContext<'_>,
    ) -> Result<(Upstream, Prepared)> {
        let url = self.endpoint(&self.url, "the token endpoint")?;
        let own = self.params.iter().map(|(name, value)| (&**name, &**value));
        let request = self.request(CallKind::Refresh, url.clone(), grant.iter().copied().chain(own));
        Ok((self.upstream(&url, context), request))
    }

    /// Revokes the tokens (RFC 7009 §2.1). If the token to revoke is already invalid, the server also reports success.
    pub(super) async fn revoke(&self, context: RefreshContext<'_>) -> Result<()> {
        let (Some(url), Some(tokens)) = (&self.revocation_url, context.tokens()) else { return Ok(()) };
        // When a server revokes a refresh token, it also revokes the corresponding access tokens.
        let refresh = tokens.refresh_token().map(|token| ("refresh_token", token.secret()));
        let access = || tokens.access_token().map(|token| ("access_token", token.secret()));
        let Some((hint, token)) = refresh.or_else(access) else { return Ok(()) };
        let url = self.endpoint(url, "the revocation endpoint")?;
        let upstream = self.upstream(&url, context);
        let parameters = [("token", token), ("token_type_hint", hint)].into_iter();
        let mut request = self.request(CallKind::Revocation, url, parameters);
        let response =
            timeout(REQUEST_DEADLINE, ask(&upstream, &mut request, None, &SendSpans::new(None))).await;
        match response {
            Ok(Ok(response)) if response.status.is_success() => Ok(()),
            Ok(Ok(EndpointResponse { status, headers, body })) => {
                let response = ErrorResponse::of(status, &headers, &body);
                let text = format!(
                    "the revocation endpoint answered {status}, so the tokens might still be valid. Check the endpoint and the \
                     client's credentials"
                );
                Err(Error::new(Kind::Transport, text).with_source(response))
            }
            Ok(Err(NoResponse::Final(error) | NoResponse::Unsent(error) | NoResponse::Unanswered(error))) => {
                Err(error)
            }
            Err(elapsed) => {
                let error = Error::new(
                    Kind::Timeout,
                    "the revocation endpoint did not respond in time, so the tokens might still be valid. Check the network",
                );
                Err(error.with_source(elapsed))
            }
        }
    }

    /// Builds a request to `url` with the client's authentication.
    pub(super) fn request<'a>(
        &self,
        kind: CallKind,
        url: Url,
        params: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Prepared {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(params);
        let mut headers = vec![(ACCEPT, HeaderValue::from_static("application/json"))];
        match (&self.client_id, &self.client_secret, self.auth) {
            (Some(id), Some(secret), ClientAuth::Basic) => {
                headers.extend(basic(id, secret).map(|value| (AUTHORIZATION, value)));
            }
            (Some(id), Some(secret), ClientAuth::Body) => {
                form.append_pair("client_id", id).append_pair("client_secret", secret);
            }
            (Some(id), None, _) | (Some(id), _, ClientAuth::None) => {
                form.append_pair("client_id", id);
            }
            (None, ..) => {}
        }
        let body = DeclaredBody::Single(Content::Bytes(form.finish().into()));
        let content_type = Some("application/x-www-form-urlencoded");
        let info = CallInfo::of_kind(kind);
        let (path, absolute_url) = (String::new(), Some(Box::new(url)));
        Prepared::Declared(Box::new(Declared {
            verb: "POST",
            path,
            absolute_url,
            headers,
            content_type,
            body,
            info,
        }))
    }
}

/// The `Debug` output omits the client secret, and also the parameters, because they can contain secrets.
impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = Url::parse(&self.url).map(|url| ascii_origin(&url));
        f.debug_struct("TokenEndpoint")
            .field("origin", &origin.unwrap_or_default())
            .field("client_id", &self.client_id)
            .field("auth", &self.auth)
            .finish_non_exhaustive()
    }
}
