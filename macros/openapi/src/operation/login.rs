//! Generates the login functions: one for each `oauth2` flow and one for each `openIdConnect` scheme.

use serde_json::Value;

use crate::docs::one_line;
use crate::document::Document;
use crate::names::Scope;

/// The path of an OpenID provider's metadata document (OpenID Connect Discovery 1.0 §4).
const DISCOVERY: &str = "/.well-known/openid-configuration";

#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) source: String,
    /// An explanation of how to build a client that uses the login function.
    pub(crate) advice: String,
}

#[derive(Debug)]
struct Logins<'s> {
    /// The base URL against which relative URLs are resolved.
    server: Option<&'s str>,
    scope: Scope,
    made: Vec<Login>,
    losses: Vec<String>,
}

/// Returns the login functions for all OAuth and OpenID Connect schemes, and a message for each unsupported part of a
/// scheme.
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

/// The endpoints of an OAuth flow, and doc comment lines about the flow's scopes.
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
                // The login function for the `authorizationCode` flow also sets the device endpoint, so the device flow
                // does not need a separate function.
                "deviceAuthorization" if flows["authorizationCode"].is_object() => {}
                "password" => {
                    self.lose(
                        name,
                        "for the flow `password`, a function that refreshes the session is generated, but no function that logs in",
                    );
                    self.add_refresh_token(name, flow);
                }
                "implicit" => {
                    self.lose(name, "no login function is generated for the flow `implicit`; the caller must supply the token");
                }
                other => self.lose(name, &format!("the flow `{other}` is not supported")),
            }
        }
    }

    /// Returns a flow with absolute URLs, or `None` if the token URL cannot be made absolute.
    fn flow(&mut self, name: &str, kind: &str, flow: &Value) -> Option<Flow> {
        let mut url = |key: &str| {
            let written = flow[key].as_str().filter(|url| !url.is_empty())?;
            let url = absolute(written, self.server);
            if url.is_none() {
                self.losses.push(format!(
                    "security scheme `{name}`: the flow `{kind}` needs an absolute URL, but `{key}` is not one"
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
            return self.lose(
                name,
                "the flow `clientCredentials` has no `tokenUrl`, so no login function is generated for it",
            );
        };
        let function = self.scope.take(&[&format!("{name} client credentials")]);
        let source = format!(
            "/// Returns the client credentials grant of `{}`.\n///\n\
             /// Pass the grant to `.refresher(...)` on the builder; the program then logs itself in.\n{}\
             #[allow(dead_code)]\npub fn {function}(id: &str, secret: &str) -> afresh::oauth2::ClientCredentials {{\n\
             afresh::oauth2::ClientCredentials::new({token:?}, id, secret)\n}}\n",
            one_line(name),
            flow.scopes,
        );
        self.add(source, format!("call `.refresher({function}(id, secret))` on the builder"));
    }

    fn add_app(&mut self, name: &str, flow: Flow, device: Option<&str>) {
        let (Some(token), Some(authorize)) = (&flow.token, &flow.authorize) else {
            return self.lose(name, "the flow `authorizationCode` lacks an authorization URL or a token URL, so no login function is generated for it");
        };
        let function = self.scope.take(&[&format!("{name} app")]);
        let device = device.and_then(|url| absolute(url, self.server));
        let device = device.map(|url| format!(".device_endpoint({url:?})")).unwrap_or_default();
        let source = format!(
            "{}{}#[allow(dead_code)]\npub fn {function}(client_id: &str) -> afresh::oauth2::App {{\n\
             afresh::oauth2::Server::new({authorize:?}, {token:?}){device}.client(client_id)\n}}\n",
            app_docs(&format!("the authorization code flow of `{}`", one_line(name))),
            flow.scopes,
        );
        self.add(source, app_advice(&format!("{function}(client_id)")));
        if flow.refresh.is_some() && flow.refresh != flow.token {
            self.add_refresh_token(name, flow);
        }
    }

    /// Adds the login function for a provider that publishes its own metadata.
    fn add_provider(&mut self, name: &str, url: &Value) {
        let url = url.as_str().unwrap_or_default();
        let issuer = absolute(url, self.server);
        let Some(issuer) = issuer.as_deref().and_then(|url| url.strip_suffix(DISCOVERY)) else {
            return self.lose(
                name,
                &format!(
                    "`openIdConnectUrl` does not end with `{DISCOVERY}`, so no login function is generated for the scheme"
                ),
            );
        };
        let function = self.scope.take(&[&format!("{name} app")]);
        let source = format!(
            "{}#[allow(dead_code)]\npub async fn {function}(client_id: &str) -> afresh::Result<afresh::oauth2::App> {{\n\
             Ok(afresh::oauth2::Server::discover({issuer:?}).await?.client(client_id))\n}}\n",
            app_docs(&format!("the OpenID provider of `{}`", one_line(name))),
        );
        self.add(source, app_advice(&format!("{function}(client_id).await?")));
    }

    fn add_refresh_token(&mut self, name: &str, flow: Flow) {
        let Some(endpoint) = flow.refresh.or(flow.token) else {
            return self.lose(name, "a flow has no `tokenUrl`, so no login function is generated for it");
        };
        let function = self.scope.take(&[&format!("{name} refresh token")]);
        let source = format!(
            "/// Returns the refresh token grant of `{}`.\n///\n\
             /// Pass the grant to `.refresher(...)` on the builder.\n\
             /// Pass the refresh token of an earlier login with `.tokens(afresh::Tokens::from_refresh(token))`.\n{}\
             #[allow(dead_code)]\npub fn {function}(client_id: &str) -> afresh::oauth2::RefreshTokenGrant {{\n\
             afresh::oauth2::RefreshTokenGrant::new({endpoint:?}).client_id(client_id)\n}}\n",
            one_line(name),
            flow.scopes,
        );
        self.add(source, format!("call `.refresher({function}(client_id))` on the builder"));
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
        "/// Returns the app for {what}.\n///\n\
         /// Call `.refresher(app.clone())` on the builder, so that the session refreshes itself.\n\
         /// Then call `app.browser().run(client.session())` to log a user in.\n"
    )
}

fn app_advice(app: &str) -> String {
    format!(
        "write `let app = {app};`, call `.refresher(app.clone())` on the builder, then call `app.browser().run(client.session()).await?`"
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
