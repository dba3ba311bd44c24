//! Lists every attribute and argument that a user can write, in five tables.
//!
//! Parsing, stripping, error lists and help texts all use the five tables. To add an attribute or argument, add a row
//! to a table and a variant in `model`. Once the new row and the new variant exist, the compiler reports most of the
//! other code that must change, and CONTRIBUTING.md lists the rest.

use crate::model::{ConstantPlace, ParamKind, Role};

/// An argument of `#[api(...)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arg {
    Client,
    Path,
    RefreshOn,
    ExpiredWhen,
    ForbiddenWhen,
    Scheme,
    TokenHeader,
    SessionEndsOn,
    SessionEndsWhen,
    Dyn,
    Crate,
}

/// The arguments of `#[api(...)]`, each with an example of its syntax.
pub(crate) const ARGS: &[(&str, Arg, &str)] = &[
    ("client", Arg::Client, "client = ShopClient"),
    ("path", Arg::Path, "path = \"/api/v2\""),
    ("refresh_on", Arg::RefreshOn, "refresh_on(401, 403)"),
    ("expired_when", Arg::ExpiredWhen, "expired_when(json(\"/error\") == \"token_expired\")"),
    ("forbidden_when", Arg::ForbiddenWhen, "forbidden_when(json(\"/detail\") == \"CSRF token missing\")"),
    ("scheme", Arg::Scheme, "scheme = \"Bearer\"` or `scheme = none"),
    ("token_header", Arg::TokenHeader, "token_header = \"x-auth-token\""),
    ("session_ends_on", Arg::SessionEndsOn, "session_ends_on(401, 403)"),
    (
        "session_ends_when",
        Arg::SessionEndsWhen,
        "session_ends_when(json(\"/error/code\") == \"INVALID_TOKEN\")",
    ),
    ("dyn", Arg::Dyn, "dyn"),
    ("crate", Arg::Crate, "crate = path::to::afresh"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Known(&'static str),
    /// The HTTP method is the first argument of the attribute.
    Written,
}

/// The attributes that set the HTTP method and the path.
pub(crate) const VERBS: &[(&str, Verb)] = &[
    ("get", Verb::Known("GET")),
    ("post", Verb::Known("POST")),
    ("put", Verb::Known("PUT")),
    ("patch", Verb::Known("PATCH")),
    ("delete", Verb::Known("DELETE")),
    ("head", Verb::Known("HEAD")),
    ("options", Verb::Known("OPTIONS")),
    ("request", Verb::Written),
];

/// A method attribute that does not describe the method's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleAttribute {
    Role(Role),
    Public,
    NoReplay,
    RefreshOn,
    ExpiredWhen,
    ForbiddenWhen,
    Timeout,
    NoneOn,
    Pages,
    Idempotent,
    IdempotencyKey,
}

/// The attributes for a method's role, deadline and response.
pub(crate) const RULES: &[(&str, RuleAttribute)] = &[
    ("login", RuleAttribute::Role(Role::Login)),
    ("refresh", RuleAttribute::Role(Role::Refresh)),
    ("logout", RuleAttribute::Role(Role::Logout)),
    ("public", RuleAttribute::Public),
    ("no_replay", RuleAttribute::NoReplay),
    ("refresh_on", RuleAttribute::RefreshOn),
    ("expired_when", RuleAttribute::ExpiredWhen),
    ("forbidden_when", RuleAttribute::ForbiddenWhen),
    ("timeout", RuleAttribute::Timeout),
    ("none_on", RuleAttribute::NoneOn),
    ("pages", RuleAttribute::Pages),
    ("idempotent", RuleAttribute::Idempotent),
    ("idempotency_key", RuleAttribute::IdempotencyKey),
];

/// The attributes for values that are the same in every call. The last field of a row is `true` if the trait can also
/// have the attribute.
pub(crate) const CONSTANTS: &[(&str, ConstantPlace, bool)] = &[
    ("header", ConstantPlace::Header, true),
    ("query", ConstantPlace::Query, true),
    ("json", ConstantPlace::Json, false),
    ("form", ConstantPlace::Form, false),
];

pub(crate) enum Naming {
    None,
    Header(fn(String) -> ParamKind),
    Cookie(fn(String) -> ParamKind),
    /// The argument is any non-empty text.
    Free(fn(String) -> ParamKind),
}

/// A parameter attribute, which determines where in the request the parameter is sent.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The function that converts the parameter's name into the parameter's kind if the attribute has no argument.
    pub(crate) bare: fn(String) -> ParamKind,
    pub(crate) named: Naming,
    /// Whether the attribute is allowed only in `#[refresh]` and `#[logout]` methods.
    pub(crate) of_session: bool,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "path", bare: ParamKind::Path, named: Naming::Free(ParamKind::Path), of_session: false },
    Kind {
        name: "query",
        bare: ParamKind::Query,
        named: Naming::Free(ParamKind::NamedQuery),
        of_session: false,
    },
    Kind {
        name: "header",
        bare: |_| ParamKind::Headers,
        named: Naming::Header(ParamKind::Header),
        of_session: false,
    },
    Kind {
        name: "cookie",
        bare: ParamKind::Cookie,
        named: Naming::Cookie(ParamKind::Cookie),
        of_session: false,
    },
    Kind {
        name: "json",
        bare: |_| ParamKind::Json,
        named: Naming::Free(ParamKind::JsonMember),
        of_session: false,
    },
    Kind {
        name: "form",
        bare: |_| ParamKind::Form,
        named: Naming::Free(ParamKind::FormMember),
        of_session: false,
    },
    Kind { name: "part", bare: ParamKind::Part, named: Naming::Free(ParamKind::Part), of_session: false },
    Kind { name: "body", bare: |_| ParamKind::Body, named: Naming::None, of_session: false },
    Kind { name: "bearer", bare: |_| ParamKind::Bearer, named: Naming::None, of_session: true },
];

pub(crate) fn arg(name: &str) -> Option<(Arg, &'static str)> {
    ARGS.iter().find(|(known, ..)| *known == name).map(|(_, arg, form)| (*arg, *form))
}

pub(crate) fn verb(name: &str) -> Option<Verb> {
    VERBS.iter().find(|(known, _)| *known == name).map(|(_, verb)| *verb)
}

pub(crate) fn rule(name: &str) -> Option<RuleAttribute> {
    RULES.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
}

pub(crate) fn constant(name: &str) -> Option<(ConstantPlace, bool)> {
    CONSTANTS.iter().find(|(known, ..)| *known == name).map(|(_, place, on_trait)| (*place, *on_trait))
}

pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

pub(crate) fn method_attributes() -> Vec<&'static str> {
    let verbs = VERBS.iter().map(|(name, _)| *name);
    let rules = RULES.iter().map(|(name, _)| *name);
    verbs.chain(rules).chain(CONSTANTS.iter().map(|(name, ..)| *name)).collect()
}

pub(crate) fn trait_attributes() -> Vec<&'static str> {
    CONSTANTS.iter().filter(|(.., on_trait)| *on_trait).map(|(name, ..)| *name).collect()
}

/// Whether this macro defines an attribute named `name`. This macro's attributes never appear in the output.
pub(crate) fn is_macro_attribute(name: &str) -> bool {
    method_attributes().contains(&name) || kind(name).is_some()
}

/// The attributes of other frameworks, each with a message that explains what to use instead.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "retry",
        "configure retries with `.retry(Retry::default())` on the client's builder; `#[idempotent]` allows retries of a method",
    ),
    ("no_auth", "write `#[public]`"),
    ("noauth", "write `#[public]`"),
    ("anonymous", "write `#[public]`"),
    ("unauthenticated", "write `#[public]`"),
    ("auth", "remove the attribute: calls send the session's access token automatically"),
    ("authenticated", "remove the attribute: calls send the session's access token automatically"),
    ("multipart", "write `#[part]` on each parameter that is a part"),
    ("cache", "put a cache into the transport: `.transport(service)` on the client's builder"),
    ("base_url", "pass the server's URL to the client's `builder` function"),
    ("base_path", "write `#[api(path = \"/api\")]`"),
    ("async_trait", REMOVE_ASYNC_TRAIT),
    ("async_trait::async_trait", REMOVE_ASYNC_TRAIT),
];

pub(crate) const REMOVE_ASYNC_TRAIT: &str = "remove the attribute: `#[api]` needs no boxed futures; for a type that holds any implementation, write `#[api(dyn)]`";

pub(crate) fn elsewhere(name: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(known, _)| *known == name).map(|(_, help)| *help)
}

/// Lists attributes for a help text, in the form `#[get]`, `#[post]`, ...
pub(crate) fn list_attributes<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`#[{name}]`")).collect::<Vec<_>>().join(", ")
}
