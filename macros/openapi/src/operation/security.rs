//! Determines which security schemes use the session's credential and which schemes become parameters.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::Document;

/// The way in which the client sends the session's credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Carrier {
    Bearer,
    Basic,
    Header(String),
}

#[derive(Debug)]
pub(crate) struct Security<'d> {
    document: &'d Document,
    /// The way in which the client sends the credential for most operations.
    pub(crate) carrier: Option<Carrier>,
}

/// The credentials that one operation requires.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Need {
    /// Whether the client calls the operation without the session's credential.
    pub(crate) public: bool,
    /// The API keys that become parameters: for each key, its location, its name in the request, and its security
    /// scheme.
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

    /// Returns an operation's security alternatives, each as a list of scheme names.
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

    /// Returns the name of the header that carries the credential instead of `Authorization`.
    pub(crate) fn token_header(&self) -> Option<String> {
        match &self.carrier {
            Some(Carrier::Header(name)) => Some(name.clone()),
            _ => None,
        }
    }

    /// Returns the arguments for the `#[api]` attribute.
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
                need.losses.push(format!("the document does not define the security scheme `{name}`"));
            }
            _ => need.losses.push(format!(
                "the client cannot send the credential of `{name}`, so the caller must add it"
            )),
        }
    }

    /// Returns the source code of the function that creates the credential, if the client uses basic authentication.
    pub(crate) fn function(&self) -> Option<String> {
        (self.carrier == Some(Carrier::Basic)).then(|| crate::helper_types::BASIC.to_owned())
    }

    /// Returns instructions for passing the credential to the client.
    pub(crate) fn advice(&self) -> Option<String> {
        Some(match self.carrier.as_ref()? {
            Carrier::Bearer => {
                "pass a bearer token with `.tokens(afresh::Tokens::new(token))` on the builder".to_owned()
            }
            Carrier::Basic => "call `.tokens(basic(user, password))` on the builder".to_owned(),
            Carrier::Header(name) => {
                format!(
                    "pass the key for the header `{name}` with `.tokens(afresh::Tokens::new(key))` on the builder"
                )
            }
        })
    }
}
