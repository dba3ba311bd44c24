//! The functions that log a client in: one for each `oauth2` flow, and one for each `openIdConnect` scheme.

use serde_json::Value;

use crate::docs::one_line;
use crate::document::Document;
use crate::names::Scope;

/// Where OpenID providers describe themselves (OpenID Connect Discovery 1.0 §4).
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// A function of the client.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) source: String,
    /// How a client is built with it.
    pub(crate) advice: String,
}

/// The functions while they are made.
#[derive(Debug)]
struct Logins<'s> {
    /// What a relative URL is relative to.
    server: Option<&'s str>,
    scope: Scope,
    made: Vec<Login>,
    losses: Vec<String>,
}

/// The functions of all schemes, and what has none.
pub(crate) fn logins(document: &Document, server: Option<&str>) -> (Vec<Login>, Vec<String>) {
    let mut logins = Logins { server, scope: Scope::default(), made: Vec::new(), losses: Vec::new() };
    let schemes = document.root()["components"]["securitySchemes"].as_object();
    for (name, scheme) in schemes.into_iter().flatten() {
        let scheme = document.resolve(scheme);
        match scheme["type"].as_str() {
            Some("oauth2") => logins.add_flows(name, &scheme["flows"]),
            Some("openIdConnect") => logins.add_provider(name, &scheme["openIdConnectUrl"]),
            _ => {}
        }
    }
    (logins.made, logins.losses)
}

/// What one flow says: its endpoints, and lines about its scopes.
struct Flow {
    token: Option<String>,
    authorize: Option<String>,
    refresh: Option<String>,
    scopes: String,
}

impl Logins<'_> {
    fn add_flows(&mut self, name: &str, flows: &Value) {
        for (kind, flow) in flows.as_object().into_iter().flatten() {
            if kind.starts_with("x-") {
                continue;
            }
            let Some(flow) = self.flow(name, kind, flow) else { continue };
            match &**kind {
                "clientCredentials" => self.add_client_credentials(name, flow),
                "authorizationCode" => {
                    let device = &flows["deviceAuthorization"]["deviceAuthorizationUrl"];
                    self.add_app(name, flow, device.as_str());
                }
                // It is an endpoint of the app.
                "deviceAuthorization" if flows["authorizationCode"].is_object() => {}
                "password" => {
                    self.lose(
                        name,
                        "the flow `password` has no function that logs in, only one that refreshes",
                    );
                    self.add_refresh_token(name, flow);
                }
                "implicit" => {
                    self.lose(name, "the flow `implicit` has no function: the caller brings the token");
                }
                other => self.lose(name, &format!("the flow `{other}` has no function")),
            }
        }
    }

    /// A flow with absolute URLs. Without one, it has no function.
    fn flow(&mut self, name: &str, kind: &str, flow: &Value) -> Option<Flow> {
        let mut url = |key: &str| {
            let written = flow[key].as_str().filter(|url| !url.is_empty())?;
            let url = absolute(written, self.server);
            if url.is_none() {
                self.losses.push(format!(
                    "security scheme `{name}`: `{key}` is no absolute URL: no function for `{kind}`"
                ));
            }
            url
        };
        let (token, authorize, refresh) = (url("tokenUrl"), url("authorizationUrl"), url("refreshUrl"));
        let is_missing = flow["tokenUrl"].as_str().is_some_and(|url| !url.is_empty()) && token.is_none();
        (!is_missing).then(|| Flow { token, authorize, refresh, scopes: scopes(&flow["scopes"]) })
    }

    fn add_client_credentials(&mut self, name: &str, flow: Flow) {
        let Some(token) = flow.token else {
            return self.lose(name, "the flow `clientCredentials` has no `tokenUrl`: no function");
        };
        let function = self.scope.take(&[&format!("{name} client credentials")]);
        let source = format!(
            "/// The client credentials grant of `{}`, for `.refresher(...)` on the builder: the program logs in itself.\n{}\
             #[allow(dead_code)]\npub fn {function}(id: &str, secret: &str) -> afresh::oauth2::ClientCredentials {{\n\
             afresh::oauth2::ClientCredentials::new({token:?}, id, secret)\n}}\n",
            one_line(name),
            flow.scopes,
        );
        self.add(source, format!("`.refresher({function}(id, secret))` on the builder"));
    }

    fn add_app(&mut self, name: &str, flow: Flow, device: Option<&str>) {
        let (Some(token), Some(authorize)) = (&flow.token, &flow.authorize) else {
            return self.lose(name, "the flow `authorizationCode` lacks a URL: no function");
        };
        let function = self.scope.take(&[&format!("{name} app")]);
        let device = device.and_then(|url| absolute(url, self.server));
        let device = device.map(|url| format!(".device_endpoint({url:?})")).unwrap_or_default();
        let source = format!(
            "{}{}#[allow(dead_code)]\npub fn {function}(client_id: &str) -> afresh::oauth2::App {{\n\
             afresh::oauth2::Server::new({authorize:?}, {token:?}){device}.client(client_id)\n}}\n",
            app_docs(&format!("The authorization code flow of `{}`", one_line(name))),
            flow.scopes,
        );
        self.add(source, app_advice(&format!("{function}(client_id)")));
        if flow.refresh.is_some() && flow.refresh != flow.token {
            self.add_refresh_token(name, flow);
        }
    }

    /// A provider that describes itself.
    fn add_provider(&mut self, name: &str, url: &Value) {
        let url = url.as_str().unwrap_or_default();
        let issuer = absolute(url, self.server);
        let Some(issuer) = issuer.as_deref().and_then(|url| url.strip_suffix(DISCOVERY)) else {
            return self
                .lose(name, &format!("`openIdConnectUrl` does not end with `{DISCOVERY}`: no function"));
        };
        let function = self.scope.take(&[&format!("{name} app")]);
        let source = format!(
            "{}#[allow(dead_code)]\npub async fn {function}(client_id: &str) -> afresh::Result<afresh::oauth2::App> {{\n\
             Ok(afresh::oauth2::Server::discover({issuer:?}).await?.client(client_id))\n}}\n",
            app_docs(&format!("The OpenID provider of `{}`", one_line(name))),
        );
        self.add(source, app_advice(&format!("{function}(client_id).await?")));
    }

    fn add_refresh_token(&mut self, name: &str, flow: Flow) {
        let Some(endpoint) = flow.refresh.or(flow.token) else {
            return self.lose(name, "a flow has no `tokenUrl`: no function");
        };
        let function = self.scope.take(&[&format!("{name} refresh token")]);
        let source = format!(
            "/// The refresh token grant of `{}`, for `.refresher(...)` on the builder, beside\n\
             /// `.tokens(afresh::Tokens::from_refresh(token))` with a refresh token of an earlier login.\n{}\
             #[allow(dead_code)]\npub fn {function}(client_id: &str) -> afresh::oauth2::RefreshTokenGrant {{\n\
             afresh::oauth2::RefreshTokenGrant::new({endpoint:?}).client_id(client_id)\n}}\n",
            one_line(name),
            flow.scopes,
        );
        self.add(source, format!("`.refresher({function}(client_id))` on the builder"));
    }

    fn add(&mut self, source: String, advice: String) {
        self.made.push(Login { source, advice });
    }

    fn lose(&mut self, name: &str, reason: &str) {
        self.losses.push(format!("security scheme `{name}`: {reason}"));
    }
}

fn app_docs(what: &str) -> String {
    format!(
        "/// {what}: with `.refresher(app.clone())` on the builder, `app.browser().run(client.session())` logs a person in,\n\
         /// and the session stays logged in.\n"
    )
}

fn app_advice(app: &str) -> String {
    format!(
        "`let app = {app};` and `.refresher(app.clone())` on the builder, then `app.browser().run(client.session()).await?`"
    )
}

fn scopes(scopes: &Value) -> String {
    let lines: Vec<String> = scopes
        .as_object()
        .into_iter()
        .flatten()
        .map(|(scope, text)| {
            format!("/// - `{}`: {}\n", one_line(scope), one_line(text.as_str().unwrap_or_default()))
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("///\n/// Scopes:\n{}", lines.concat()) }
}

fn absolute(url: &str, server: Option<&str>) -> Option<String> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Some(url.to_owned());
    }
    let server = server.filter(|server| server.contains("://"))?;
    let (scheme, rest) = server.split_once("://")?;
    let host = rest.split('/').next().unwrap_or(rest);
    if url.starts_with('/') {
        Some(format!("{scheme}://{host}{url}"))
    } else {
        Some(format!("{}/{url}", server.trim_end_matches('/')))
    }
}
