//! The user's settings: the command-line options and the overrides file `afresh-openapi.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::Error;

/// The Rust types that represent dates and times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dates {
    /// Dates and times have the type `String`.
    #[default]
    String,
    /// Dates and times have types from the `jiff` crate.
    Jiff,
}

/// The grouping of operations into traits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Traits {
    /// The client has one trait per tag.
    #[default]
    Tag,
    /// The client has one trait for all operations.
    One,
}

/// The settings for one client. The file `afresh-openapi.toml` contains the settings in TOML format.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// The Rust types that represent dates and times.
    pub dates: Dates,
    /// The grouping of operations into traits.
    pub traits: Traits,
    /// The name of the trait for operations without a tag. By default, the trait is named after the document's title.
    pub name: Option<String>,
    /// The new names of schemas, keyed by the schemas' names in the document.
    pub rename: BTreeMap<String, String>,
    /// The user's own types that replace schemas, keyed by schema name, for example `Money = "crate::Money"`.
    pub types: BTreeMap<String, String>,
    /// The settings for individual operations, keyed by `operationId` or by method and path (`GET /path`).
    pub operations: BTreeMap<String, Operation>,
}

/// The settings for one operation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Operation {
    /// The name of the trait method that calls the operation.
    pub rename: Option<String>,
    /// Whether the client omits the operation.
    pub skip: bool,
    /// The operation's role in the session.
    pub role: Option<Role>,
    /// The body field or parameter that carries the refresh token, for an operation with `role = "refresh"`.
    pub token: Option<String>,
    /// The body fields that have a fixed value.
    pub constants: BTreeMap<String, String>,
    /// Whether the client calls the operation without the session's credential.
    pub public: Option<bool>,
    /// The status codes for which the method returns `None`.
    pub none_on: Vec<u16>,
    /// The pagination of the operation.
    pub pages: Option<Pages>,
}

/// An operation's role in the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The operation logs in, and its response becomes the session.
    Login,
    /// The operation refreshes the session.
    Refresh,
    /// The operation ends the session.
    Logout,
}

/// The pagination of an operation. Most fields correspond to arguments of `#[pages]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Pages {
    /// Whether a `Link` header contains the URL of the next page.
    pub link: bool,
    /// The JSON pointer to the next page's URL in the response body.
    pub url: Option<String>,
    /// The JSON pointer to the next page's cursor in the response body.
    pub cursor: Option<String>,
    /// The response header that contains the cursor of the next page.
    pub header: Option<String>,
    /// The JSON pointer to the next page's cursor, relative to the last item of a page.
    pub last: Option<String>,
    /// The query parameter that contains the page number.
    pub number: Option<String>,
    /// The query parameter that contains the offset.
    pub offset: Option<String>,
    /// The query parameter in which the client sends the cursor.
    pub into: Option<String>,
    /// The JSON pointer to the item list in a page.
    pub items: Option<String>,
    /// The JSON pointer to a boolean that is `true` if there is a next page.
    pub more: Option<String>,
    /// Whether the client ignores the origin of a next-page link and uses only its path and query.
    pub rebase: bool,
    /// Whether the trait method always returns whole pages. If `whole` is `false` and the location of the items is
    /// known, the method returns items.
    pub whole: bool,
}

impl Settings {
    /// Reads an overrides file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read or contains an unknown key.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| Error::new(error.to_string()).in_file(&name))?;
        Self::parse(&text).map_err(|error| error.in_file(&name))
    }

    /// Parses the text of an overrides file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is invalid or contains an unknown key.
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
