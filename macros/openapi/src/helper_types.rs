//! Helper types that a generated file contains if the client uses them. No published crate offers types for the OpenAPI
//! parameter styles.

use crate::model::{Between, Separator};

impl Separator {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Comma => "CommaSeparated",
            Self::Space => "SpaceSeparated",
            Self::Pipe => "PipeSeparated",
            Self::Tab => "TabSeparated",
            Self::Dot => "DotSeparated",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Space => " ",
            Self::Pipe => "|",
            Self::Tab => "\\t",
            Self::Dot => ".",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Comma => "commas",
            Self::Space => "spaces",
            Self::Pipe => "`|`",
            Self::Tab => "tabs",
            Self::Dot => "dots",
        }
    }
}

const SEPARATORS: &[Separator] =
    &[Separator::Comma, Separator::Space, Separator::Pipe, Separator::Tab, Separator::Dot];

/// Returns the name of the helper type that sends all properties of an object as one string.
pub(crate) fn members(separator: Separator, between: Between) -> String {
    let kind = match between {
        Between::Equals => "Pairs",
        Between::Separator => "Members",
    };
    format!("{}{kind}", separator.name())
}

/// The names of all helper types; no schema type can have one of these names.
pub(crate) const NAMES: &[&str] = &[
    "BTreeMap",
    "CommaSeparated",
    "SpaceSeparated",
    "PipeSeparated",
    "TabSeparated",
    "DotSeparated",
    "CommaSeparatedMembers",
    "SpaceSeparatedMembers",
    "PipeSeparatedMembers",
    "TabSeparatedMembers",
    "CommaSeparatedPairs",
    "DotSeparatedPairs",
    "JsonText",
    "Bracketed",
];

/// Returns the definitions of the helper types that `source` uses.
pub(crate) fn of(source: &str) -> String {
    let mut helpers = String::new();
    for separator in SEPARATORS {
        let (sign, word) = (separator.sign(), separator.word());
        let name = separator.name();
        if source.contains(&format!("{name}<")) {
            helpers += &SEPARATED.replace("NAME", name).replace("SIGN", sign).replace("WORD", word);
        }
        for (between, equals) in [(Between::Separator, sign), (Between::Equals, "=")] {
            let name = members(*separator, between);
            if source.contains(&format!("{name}<")) {
                let own = MEMBERS.replace("NAME", &name).replace("EQUALS", equals);
                helpers += &own.replace("SIGN", sign).replace("WORD", word);
            }
        }
    }
    if source.contains("\"null_or_value\"") {
        helpers += NULL_OR_VALUE;
    }
    if source.contains("JsonText<") {
        helpers += JSON_TEXT;
    }
    if source.contains("Bracketed<") {
        helpers += BRACKETED;
    }
    helpers
}

const SEPARATED: &str = r"
/// Values that are sent as one string, separated by WORD.
#[derive(Clone, Debug, PartialEq)]
#[allow(dead_code)]
pub struct NAME<T>(pub Vec<T>);

impl<T: Serialize> Serialize for NAME<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        for (at, item) in self.0.iter().enumerate() {
            if at > 0 {
                text.push('SIGN');
            }
            match serde_json::to_value(item).map_err(serde::ser::Error::custom)? {
                serde_json::Value::String(item) => text.push_str(&item),
                item => text.push_str(&item.to_string()),
            }
        }
        serializer.serialize_str(&text)
    }
}
";

const MEMBERS: &str = r"
/// Members that are sent as one string, with `EQUALS` after each name and WORD between members.
#[derive(Clone, Debug, PartialEq)]
#[allow(dead_code)]
pub struct NAME<T>(pub T);

impl<T: Serialize> Serialize for NAME<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        let value = serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?;
        for (name, value) in value.as_object().into_iter().flatten() {
            if value.is_null() {
                continue;
            }
            if !text.is_empty() {
                text.push('SIGN');
            }
            text.push_str(name);
            text.push('EQUALS');
            match value {
                serde_json::Value::String(value) => text.push_str(value),
                value => text.push_str(&value.to_string()),
            }
        }
        serializer.serialize_str(&text)
    }
}
";

const NULL_OR_VALUE: &str = r"
/// Decodes a member that is present, whether or not its value is `null`.
fn null_or_value<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
";

const JSON_TEXT: &str = r"
/// A value that is sent as its JSON text.
#[derive(Clone, Debug, PartialEq)]
#[allow(dead_code)]
pub struct JsonText<T>(pub T);

impl<T: Serialize> Serialize for JsonText<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}
";

const BRACKETED: &str = r#"
/// A value whose nested members are sent as `name[member]` and whose items are sent as `name[0]`.
#[derive(Clone, Debug, PartialEq)]
#[allow(dead_code)]
pub struct Bracketed<T>(pub T);

impl<T> Bracketed<T> {
    fn add(name: &str, value: serde_json::Value, pairs: &mut Vec<(String, String)>) {
        let inside = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") };
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => pairs.push((name.to_owned(), text)),
            serde_json::Value::Array(items) => {
                for (at, item) in items.into_iter().enumerate() {
                    Self::add(&inside(&at.to_string()), item, pairs);
                }
            }
            serde_json::Value::Object(members) => {
                for (key, member) in members {
                    Self::add(&inside(&key), member, pairs);
                }
            }
            scalar => pairs.push((name.to_owned(), scalar.to_string())),
        }
    }
}

impl<T: Serialize> Serialize for Bracketed<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pairs = Vec::new();
        Self::add("", serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?, &mut pairs);
        serializer.collect_map(pairs)
    }
}
"#;

/// The source code of a generated function that creates a session credential from a user name and a password.
pub(crate) const BASIC: &str = r#"
/// Returns the credential for a user and a password (RFC 7617). Pass the credential to `.tokens(...)` on the builder.
#[allow(dead_code)]
pub fn basic(user: &str, password: &str) -> afresh::Tokens {
    const SIGNS: [char; 64] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/',
    ];
    let text = [user, password].join(":");
    let mut encoded = String::new();
    for bytes in text.as_bytes().chunks(3) {
        let byte = |at: usize| usize::from(bytes.get(at).copied().unwrap_or(0));
        let word = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for at in 0..4 {
            let sign = SIGNS[(word >> (18 - 6 * at)) & 63];
            encoded.push(if at <= bytes.len() { sign } else { '=' });
        }
    }
    afresh::Tokens::new(encoded)
}
"#;
