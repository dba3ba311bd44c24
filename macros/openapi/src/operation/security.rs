//! Security schemes: which of them the session carries, which are parameters, and which log in by OAuth 2.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::docs::one_line;
use crate::document::Document;
use crate::names::Scope;

/// Whether afresh has its feature `login`: an authorization code or a device code then logs a person in.
const HAS_LOGIN: bool = false;

/// How the session's credential travels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Carrier {
    Bearer,
    Basic,
    Header(String),
}

/// What the document says about credentials.
#[derive(Debug)]
pub(crate) struct Security<'d> {
    document: &'d Document,
    /// The carrier that most operations ask for.
    pub(crate) carrier: Option<Carrier>,
}

/// What one operation asks for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Need {
    /// Nothing of the session's.
    pub(crate) public: bool,
    /// Keys that are parameters: place, name, and the scheme's name.
    pub(crate) keys: Vec<(&'static str, String, String)>,
    pub(crate) losses: Vec<String>,
}

impl<'d> Security<'d> {
    pub(crate) fn of(document: &'d Document) -> Self {
        let mut security = Self { document, carrier: None };
        let mut counts: BTreeMap<Carrier, usize> = BTreeMap::new();
        for site in document.operations() {
            let carriers: Vec<Carrier> = security
                .schemes(site.operation)
                .into_iter()
                .flatten()
                .filter_map(|name| security.carrier_of(&name))
                .collect();
            if let Some(first) = carriers.into_iter().next() {
                *counts.entry(first).or_default() += 1;
            }
        }
        security.carrier = counts
            .into_iter()
            .max_by_key(|(carrier, count)| (*count, *carrier == Carrier::Bearer))
            .map(|(carrier, _)| carrier);
        security
    }

    /// The alternatives of an operation, each a list of schemes.
    fn schemes(&self, operation: &Value) -> Vec<Vec<String>> {
        let own = operation.get("security").unwrap_or(&self.document.root()["security"]);
        let alternatives = own.as_array().into_iter().flatten();
        alternatives
            .map(|one| one.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect())
            .collect()
    }

    fn scheme(&self, name: &str) -> &'d Value {
        self.document.resolve(&self.document.root()["components"]["securitySchemes"][name])
    }

    fn carrier_of(&self, name: &str) -> Option<Carrier> {
        let scheme = self.scheme(name);
        match (scheme["type"].as_str()?, scheme["scheme"].as_str().map(str::to_ascii_lowercase).as_deref()) {
            ("oauth2" | "openIdConnect", _) => Some(Carrier::Bearer),
            ("http", Some("bearer")) => Some(Carrier::Bearer),
            ("http", Some("basic")) => Some(Carrier::Basic),
            ("apiKey", _) if scheme["in"] == "header" => {
                let header = scheme["name"].as_str().filter(|name| crate::model::is_token(name))?;
                Some(Carrier::Header(header.to_ascii_lowercase()))
            }
            _ => None,
        }
    }

    /// The header that the session fills.
    pub(crate) fn token_header(&self) -> Option<String> {
        match &self.carrier {
            Some(Carrier::Header(name)) => Some(name.clone()),
            _ => None,
        }
    }

    /// The arguments of `#[api]`.
    pub(crate) fn arguments(&self) -> Vec<String> {
        match &self.carrier {
            Some(Carrier::Basic) => vec!["scheme = \"Basic\"".to_owned()],
            Some(Carrier::Header(name)) => {
                vec!["scheme = none".to_owned(), format!("token_header = {name:?}")]
            }
            Some(Carrier::Bearer) | None => Vec::new(),
        }
    }

    pub(crate) fn need(&self, operation: &Value) -> Need {
        let alternatives = self.schemes(operation);
        let is_stated = operation["security"].is_array();
        if alternatives.iter().all(Vec::is_empty) {
            return Need { public: is_stated, ..Need::default() };
        }
        let has_session = |schemes: &Vec<String>| {
            schemes
                .iter()
                .any(|name| self.carrier_of(name).is_some_and(|carrier| Some(carrier) == self.carrier))
        };
        let alone = alternatives.iter().find(|schemes| schemes.len() == 1 && has_session(schemes));
        let with = alternatives.iter().find(|schemes| has_session(schemes));
        let any = alternatives.iter().find(|schemes| !schemes.is_empty());
        let Some(chosen) = alone.or(with).or(any) else { return Need::default() };
        let mut need = Need { public: !has_session(chosen), ..Need::default() };
        for name in chosen {
            self.add(name, &mut need);
        }
        need
    }

    fn add(&self, name: &str, need: &mut Need) {
        let scheme = self.scheme(name);
        let carrier = self.carrier_of(name);
        if carrier.is_some() && carrier == self.carrier {
            return;
        }
        let key = scheme["name"].as_str().unwrap_or_default().to_owned();
        match (scheme["type"].as_str(), scheme["in"].as_str()) {
            (Some("apiKey"), Some("query")) if !key.is_empty() => {
                need.keys.push(("query", key, name.to_owned()));
            }
            (Some("apiKey"), Some("cookie")) if crate::model::is_token(&key) => {
                need.keys.push(("cookie", key, name.to_owned()));
            }
            (Some("apiKey"), Some("header")) if carrier.is_some() => {
                need.keys.push(("header", key, name.to_owned()));
            }
            (Some("http"), _) if carrier.is_some() => {
                need.keys.push(("header", "authorization".to_owned(), name.to_owned()));
            }
            (None, _) => {
                need.losses.push(format!("security scheme `{name}` is not among the document's schemes"));
            }
            _ => need.losses.push(format!(
                "security scheme `{name}` cannot be sent by a client: give the credential by hand"
            )),
        }
    }

    /// The functions that make a client log in, and whether they need `afresh`'s feature `login`.
    pub(crate) fn functions(&self, server: Option<&str>, losses: &mut Vec<String>) -> Vec<String> {
        let mut scope = Scope::default();
        let mut functions = Vec::new();
        let schemes = self.document.root()["components"]["securitySchemes"].as_object();
        for (name, _) in schemes.into_iter().flatten() {
            let scheme = self.scheme(name);
            if scheme["type"] == "oauth2" {
                for (kind, flow) in scheme["flows"].as_object().into_iter().flatten() {
                    functions.extend(flow_function(name, kind, flow, server, &mut scope, losses));
                }
            }
        }
        if self.carrier == Some(Carrier::Basic) {
            functions.push(crate::wire_types::BASIC.to_owned());
        }
        functions
    }

    /// How a client of this document is given its credential.
    pub(crate) fn advice(&self) -> Option<String> {
        Some(match self.carrier.as_ref()? {
            Carrier::Bearer => {
                "credential: a bearer token, `.tokens(afresh::Tokens::new(token))` on the builder".to_owned()
            }
            Carrier::Basic => "credential: `.tokens(basic(user, password))` on the builder".to_owned(),
            Carrier::Header(name) => {
                format!(
                    "credential: the key for the header `{name}`, `.tokens(afresh::Tokens::new(key))` on the builder"
                )
            }
        })
    }
}

fn flow_function(
    name: &str,
    kind: &str,
    flow: &Value,
    server: Option<&str>,
    scope: &mut Scope,
    losses: &mut Vec<String>,
) -> Option<String> {
    let mut url = |key: &str| {
        let url = flow[key].as_str().filter(|url| !url.is_empty())?;
        let url = absolute(url, server);
        if url.is_none() {
            losses.push(format!(
                "security scheme `{name}`: `{key}` is no absolute URL: no function for `{kind}`"
            ));
        }
        url
    };
    let (token, authorize) = (url("tokenUrl"), url("authorizationUrl"));
    let refresh = url("refreshUrl").or(token.clone());
    let scopes: Vec<String> = flow["scopes"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(scope, text)| {
            format!("/// - `{}`: {}\n", one_line(scope), one_line(text.as_str().unwrap_or_default()))
        })
        .collect();
    let scopes =
        if scopes.is_empty() { String::new() } else { format!("///\n/// Scopes:\n{}", scopes.concat()) };
    let shown = one_line(name);
    match (kind, token, authorize) {
        ("clientCredentials" | "application", Some(token), _) => {
            let function = scope.take(&[&format!("{name} client credentials")]);
            Some(format!(
                "/// The client credentials grant of `{shown}`, for `.refresher(...)` on the builder: the program logs in itself.\n{scopes}\
                 pub fn {function}(id: &str, secret: &str) -> afresh::oauth2::ClientCredentials {{\n\
                 afresh::oauth2::ClientCredentials::new({token:?}, id, secret)\n}}\n"
            ))
        }
        ("authorizationCode", Some(token), Some(authorize)) if HAS_LOGIN => {
            let function = scope.take(&[&format!("{name} app")]);
            Some(format!(
                "/// The authorization code flow of `{shown}`: `.browser().run(session)` logs a person in, and `.refresher(...)` on the\n\
                 /// builder keeps the session.\n{scopes}\
                 pub fn {function}(client_id: &str) -> afresh::oauth2::App {{\n\
                 afresh::oauth2::Server::new({authorize:?}, {token:?}).client(client_id)\n}}\n"
            ))
        }
        ("authorizationCode" | "password" | "accessCode", Some(_), _) => {
            let refresh = refresh?;
            let function = scope.take(&[&format!("{name} refresh token")]);
            Some(format!(
                "/// The refresh token grant of `{shown}`, for `.refresher(...)` on the builder, beside\n\
                 /// `.tokens(afresh::Tokens::from_refresh(token))` with a refresh token of an earlier login.\n{scopes}\
                 pub fn {function}(client_id: &str) -> afresh::oauth2::RefreshTokenGrant {{\n\
                 afresh::oauth2::RefreshTokenGrant::new({refresh:?}).client_id(client_id)\n}}\n"
            ))
        }
        _ => None,
    }
}

fn absolute(url: &str, server: Option<&str>) -> Option<String> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Some(url.to_owned());
    }
    let server = server.filter(|server| server.contains("://"))?;
    let path = url.starts_with('/');
    let (scheme, rest) = server.split_once("://")?;
    let host = rest.split('/').next().unwrap_or(rest);
    if path {
        Some(format!("{scheme}://{host}{url}"))
    } else {
        Some(format!("{}/{url}", server.trim_end_matches('/')))
    }
}
