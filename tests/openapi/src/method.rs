//! A method of the generated trait, in terms of `#[afresh::api]`.

/// A method.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    /// Paragraphs.
    pub(crate) docs: Vec<String>,
    pub(crate) deprecated: bool,
    pub(crate) public: bool,
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) constants: Vec<Constant>,
    pub(crate) params: Vec<Param>,
    /// The type of a success.
    pub(crate) answer: String,
}

/// What every call sends.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    /// `header` or `query`.
    pub(crate) place: &'static str,
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Constant {
    pub(crate) fn header(name: &str, value: &str) -> Self {
        Self { place: "header", name: name.to_owned(), value: value.to_owned() }
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    /// The identifier without `r#`.
    pub(crate) name: String,
    /// The name of its attribute; none for a placeholder of the same name.
    pub(crate) place: Option<&'static str>,
    /// The argument of the attribute, if it has one.
    pub(crate) label: Option<String>,
    pub(crate) ty: String,
}

impl Param {
    /// A parameter with the name `label` in the API. The name is left out of the attribute if the identifier is the same. Headers and
    /// members of bodies always have a name.
    pub(crate) fn labelled(place: &'static str, label: &str, name: String, ty: String) -> Self {
        let says_it = name == label && !matches!(place, "header" | "form" | "json");
        Self { label: (!says_it).then(|| label.to_owned()), place: Some(place), name, ty }
    }

    /// A parameter that is a whole header map, query or body.
    pub(crate) fn whole(place: &'static str, name: String, ty: String) -> Self {
        Self { name, place: Some(place), label: None, ty }
    }
}

/// `Option` of a type, if the value may be left out. A value that can be empty needs no `Option`.
pub(crate) fn optional(ty: String, required: bool) -> String {
    if required || ty.starts_with("&[") || ty.starts_with("Vec<") { ty } else { format!("Option<{ty}>") }
}

/// RFC 9110 `token`: the characters of header and cookie names.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
