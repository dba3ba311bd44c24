//! Traits and methods in the words of `#[afresh::api]`.

use super::ty::Ty;
use crate::settings::Role;

/// A trait.
#[derive(Clone, Debug)]
pub(crate) struct Trait {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// Arguments of `#[api]`.
    pub(crate) arguments: Vec<String>,
    pub(crate) methods: Vec<Method>,
}

/// What an operation answers.
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

/// A method.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    /// The operation, as the document writes it.
    pub(crate) route: String,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    pub(crate) public: bool,
    pub(crate) role: Option<Role>,
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) constants: Vec<Constant>,
    /// Attributes that are written as they are.
    pub(crate) attributes: Vec<String>,
    pub(crate) params: Vec<Param>,
    /// What it returns when all goes well.
    pub(crate) answer: Answer,
    pub(crate) failure: Option<Ty>,
}

/// What every call sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    /// `header`, `query`, `json` or `form`.
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
    /// Borrowed in the way of its type, and optional or not.
    Typed(Ty),
    /// As it is written.
    Written(String),
    /// A part, or a list of them, that the caller makes from the JSON of a value.
    Part { of: Ty, is_list: bool },
}

/// A parameter.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    /// The identifier, still without the `r#` that a keyword needs.
    pub(crate) name: String,
    /// The name of its attribute; none for a placeholder of the same name.
    pub(crate) place: Option<&'static str>,
    /// The argument of the attribute, if it has one.
    pub(crate) label: Option<String>,
    pub(crate) ty: Place,
    pub(crate) required: bool,
}

impl Param {
    /// One that the API knows by `label`. Where the identifier says as much, the attribute need not; headers and members
    /// of bodies always have a name.
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

    /// An object whose members are sent as `label[member]`.
    pub(crate) fn bracketed(label: &str, name: String, ty: Ty, required: bool) -> Self {
        let (place, label) = (Some("query"), Some(label.to_owned()));
        Self { name, place, label, ty: Place::Typed(ty), required }
    }

    /// One that stands for a whole place.
    pub(crate) fn whole(place: &'static str, name: String, ty: Place, required: bool) -> Self {
        Self { name, place: Some(place), label: None, ty, required }
    }
}

/// RFC 9110 `token`: what names of headers and cookies are made of.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
