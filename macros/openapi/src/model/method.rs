//! The model of the traits and methods in a generated client.

use super::ty::Ty;
use crate::settings::Role;

#[derive(Clone, Debug)]
pub(crate) struct Trait {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The arguments of `#[api]`.
    pub(crate) arguments: Vec<String>,
    pub(crate) methods: Vec<Method>,
}

/// The kind of value that a method returns for a successful response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Unit,
    Json(Ty),
    Text,
    Stream,
    Lines(Ty),
    Events(Ty),
    Head,
    Tokens,
    Pages(Ty),
    Items(Ty),
}

#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    /// The operation's HTTP method and path, as written in the document.
    pub(crate) route: String,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    pub(crate) public: bool,
    pub(crate) role: Option<Role>,
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) constants: Vec<Constant>,
    /// Additional attributes of the method, as Rust source.
    pub(crate) attributes: Vec<String>,
    pub(crate) params: Vec<Param>,
    pub(crate) answer: Answer,
    pub(crate) failure: Option<Ty>,
}

/// A header, query parameter, or body field that has the same value in every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    /// The attribute that sends the constant: `header`, `query`, `json`, or `form`.
    pub(crate) place: &'static str,
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Constant {
    pub(crate) fn header(name: &str, value: &str) -> Self {
        Self { place: "header", name: name.to_owned(), value: value.to_owned() }
    }
}

/// The type of a parameter.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A type that the generator can pass by reference or wrap in an `Option`.
    Typed(Ty),
    /// A type as Rust source.
    Written(String),
    /// A multipart part, or a list of parts, that the caller creates from JSON values.
    Part { of: Ty, is_list: bool },
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    /// The identifier, without the `r#` prefix that keywords need.
    pub(crate) name: String,
    /// The parameter's attribute, or `None` if the path has a placeholder with the parameter's name.
    pub(crate) place: Option<&'static str>,
    /// The argument of the parameter's attribute, if the attribute needs an argument.
    pub(crate) label: Option<String>,
    pub(crate) ty: Place,
    pub(crate) required: bool,
}

impl Param {
    /// Creates a parameter whose name in the API is `label`. Attributes for headers and body fields always have an
    /// argument; any other attribute has an argument only if the identifier differs from `label`.
    pub(crate) fn labelled(
        place: &'static str,
        label: &str,
        name: String,
        ty: Place,
        required: bool,
    ) -> Self {
        let says_it = name == label && !matches!(place, "header" | "form" | "json");
        Self { label: (!says_it).then(|| label.to_owned()), place: Some(place), name, ty, required }
    }

    /// Creates a parameter for an object whose properties are sent as `label[property]`.
    pub(crate) fn bracketed(label: &str, name: String, ty: Ty, required: bool) -> Self {
        let (place, label) = (Some("query"), Some(label.to_owned()));
        Self { name, place, label, ty: Place::Typed(ty), required }
    }

    /// Creates a parameter for an entire part of the request, such as the body.
    pub(crate) fn whole(place: &'static str, name: String, ty: Place, required: bool) -> Self {
        Self { name, place: Some(place), label: None, ty, required }
    }
}

/// Returns whether `text` is an RFC 9110 `token`, as required for header and cookie names.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
