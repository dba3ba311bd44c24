//! The settings of the user: options of the command, and the overrides file `afresh-openapi.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::Error;

/// How dates and times are typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dates {
    /// As `String`.
    #[default]
    String,
    /// As types of the crate `jiff`.
    Jiff,
}

/// How operations are divided into traits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Traits {
    /// One trait for each tag.
    #[default]
    Tag,
    /// One trait for all.
    One,
}

/// The settings of one client. Its file form is `afresh-openapi.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// How dates and times are typed.
    pub dates: Dates,
    /// How operations are divided into traits.
    pub traits: Traits,
    /// The name of the trait, where there is one. The document's title, if left out.
    pub name: Option<String>,
    /// New names of schemas.
    pub rename: BTreeMap<String, String>,
    /// Types of the caller's own in the place of schemas: `Money = "crate::Money"`.
    pub types: BTreeMap<String, String>,
    /// What is special about operations, by `operationId` or by `GET /path`.
    pub operations: BTreeMap<String, Operation>,
}

/// What is special about one operation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Operation {
    /// The name of its method.
    pub rename: Option<String>,
    /// Whether it gets no method.
    pub skip: bool,
    /// Its role in the session.
    pub role: Option<Role>,
    /// The member of the body, or the parameter, that is the refresh token; for `role = "refresh"`.
    pub token: Option<String>,
    /// Members of the body that are always the same.
    pub constants: BTreeMap<String, String>,
    /// Whether it needs no credential.
    pub public: Option<bool>,
    /// Statuses that mean "there is none".
    pub none_on: Vec<u16>,
    /// How it finds its next page.
    pub pages: Option<Pages>,
}

/// The role of an operation in the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Its answer becomes the session.
    Login,
    /// It renews the session.
    Refresh,
    /// It ends the session.
    Logout,
}

/// How an operation finds its next page: one of the ways of `#[pages]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Pages {
    /// By a `Link` header.
    pub link: bool,
    /// By a URL in the body.
    pub url: Option<String>,
    /// By a cursor in the body.
    pub cursor: Option<String>,
    /// By a response header.
    pub header: Option<String>,
    /// By a field of the last item.
    pub last: Option<String>,
    /// By counting this query parameter.
    pub number: Option<String>,
    /// By this query parameter as an offset.
    pub offset: Option<String>,
    /// The query parameter that a cursor goes into.
    pub into: Option<String>,
    /// Where in a page its list is.
    pub items: Option<String>,
    /// A boolean without which there is no next page.
    pub more: Option<String>,
    /// Whether only the path and the query of a link count.
    pub rebase: bool,
    /// Whether the method gives whole pages where their items are known too.
    pub whole: bool,
}

impl Settings {
    /// Reads an overrides file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read or has other keys than these.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| Error::new(error.to_string()).in_file(&name))?;
        Self::parse(&text).map_err(|error| error.in_file(&name))
    }

    /// Reads the text of an overrides file.
    ///
    /// # Errors
    ///
    /// Returns an error if it has other keys than these.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let settings: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            Error::new(error.message()).at_line(before.map(|before| 1 + before.matches('\n').count()))
        })?;
        for (schema, path) in &settings.types {
            if syn::parse_str::<syn::Type>(path).is_err() {
                return Err(Error::new(format!(
                    "`{path}`, the type for schema `{schema}`, is not a Rust type"
                )));
            }
        }
        for (operation, own) in &settings.operations {
            if own.role == Some(Role::Refresh) && own.token.as_deref() == Some("") {
                return Err(Error::new(format!("operation `{operation}` has an empty `token`")));
            }
        }
        Ok(settings)
    }

    pub(crate) fn operation(&self, id: Option<&str>, route: &str) -> Option<&Operation> {
        id.and_then(|id| self.operations.get(id)).or_else(|| self.operations.get(route))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_an_error_with_its_line() {
        let error = Settings::parse("dates = \"jiff\"\n[operations.a]\nskipp = true").unwrap_err();
        assert!(error.to_string().contains("skipp"), "{error}");
        assert_eq!(error.line(), Some(3));
        assert!(Settings::parse("[types]\nA = \"not a type\"").is_err());
    }
}
