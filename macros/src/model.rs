//! What a trait means: the API it describes, and how each method becomes a request.
//!
//! The model says what something means and points at where it was written; it holds no attributes and no tokens of its
//! own. A part that was written wrong is `None`: it has been reported, and the rest can still be judged.

pub(crate) mod condition;
pub(crate) mod duration;
pub(crate) mod paging;
pub(crate) mod path;
pub(crate) mod text;

use proc_macro2::Ident;

use crate::diag::{At, Located};
use crate::names::Runtime;
use crate::syntax::{Item, Method, Parameter, Trait};
use condition::Condition;
use paging::Paging;
use path::PathTemplate;

/// A whole trait.
pub(crate) struct Api<'s> {
    pub(crate) source: &'s Trait,
    pub(crate) client: Ident,
    pub(crate) runtime: Runtime,
    pub(crate) refresh_on: Option<Vec<u16>>,
    pub(crate) expired_when: Option<Vec<Condition>>,
    pub(crate) forbidden_when: Option<Vec<Condition>>,
    pub(crate) scheme: Option<Scheme>,
    pub(crate) token_header: Option<String>,
    /// The type that holds any implementation, if there is to be one.
    pub(crate) holder: Option<Located<Ident>>,
    pub(crate) members: Vec<Member<'s>>,
}

impl<'s> Api<'s> {
    /// The methods that send a request.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &Endpoint<'s>> {
        self.members.iter().filter_map(|member| match member {
            Member::Endpoint(endpoint) => Some(endpoint),
            Member::Provided(_) | Member::Flawed(_) | Member::Broken(_) | Member::Other(_) => None,
        })
    }

    /// Takes the methods that something is wrong with out of the API. One that repeats a name goes altogether.
    pub(crate) fn set_aside(&mut self, is_wrong: impl Fn(&Method) -> bool) {
        let mut names: Vec<String> = Vec::new();
        let lacks_types = self.source.items.iter().any(Item::is_refused_type);
        let is_broken = |method: &Method| is_wrong(method) || lacks_types && method.mentions_itself();
        self.members.retain_mut(|member| {
            let source = match member {
                Member::Endpoint(endpoint) => endpoint.source,
                Member::Provided(method) | Member::Flawed(method) | Member::Broken(method) => *method,
                Member::Other(_) => return true,
            };
            let broken = is_broken(source);
            match member {
                Member::Endpoint(_) if broken => *member = Member::Broken(source),
                Member::Provided(_) if broken => *member = Member::Flawed(source),
                _ => {}
            }
            let repeated = names.contains(&source.name.plain());
            names.push(source.name.plain());
            !(broken && repeated)
        });
    }
}

/// What precedes the access token in its header.
#[derive(Debug)]
pub(crate) enum Scheme {
    Named(String),
    None,
}

/// One item of the trait.
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are the large one, where spans know their places: in tests"
)]
pub(crate) enum Member<'s> {
    /// A method that sends a request.
    Endpoint(Endpoint<'s>),
    /// A method that was meant to send a request.
    Broken(&'s Method),
    /// A method with a body of its own.
    Provided(&'s Method),
    /// A method with a body that something is wrong with: it stays in the trait, and nothing is made of it.
    Flawed(&'s Method),
    /// Anything else a trait may hold.
    Other(&'s Item),
}

/// A method that sends a request.
pub(crate) struct Endpoint<'s> {
    pub(crate) source: &'s Method,
    pub(crate) verb: Option<Located<String>>,
    /// The whole path, with the trait's prefix.
    pub(crate) path: Option<Located<PathTemplate>>,
    pub(crate) rules: Vec<Located<Rule>>,
    /// The trait's constants that this method does not replace, then its own.
    pub(crate) constants: Vec<Located<Constant>>,
    pub(crate) params: Vec<Param<'s>>,
}

impl<'s> Endpoint<'s> {
    pub(crate) fn name(&self) -> String {
        self.source.name.plain()
    }

    /// The role of the method in the session, and where it says so.
    pub(crate) fn role(&self) -> Option<Located<Role>> {
        self.rules.iter().find_map(|rule| match rule.value {
            Rule::Role(role) => Some(Located { value: role, at: rule.at }),
            _ => None,
        })
    }

    pub(crate) fn is_refresh(&self) -> bool {
        self.role().is_some_and(|role| role.value == Role::Refresh)
    }

    /// Whether the method says how to get from one page to the next.
    pub(crate) fn has_pages(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.value, Rule::Pages(_)))
    }

    /// Whether requests of this verb cannot have a body.
    pub(crate) fn forbids_body(&self) -> bool {
        self.verb.as_ref().is_some_and(|verb| matches!(verb.value.as_str(), "GET" | "HEAD"))
    }

    /// Whether the parameter fills the placeholder that takes several segments.
    pub(crate) fn fills_rest(&self, param: &Param) -> bool {
        let rest = self.path.as_ref().and_then(|path| path.value.rest());
        rest.is_some() && rest == param.placeholder()
    }

    /// Whether the body is made of parts.
    pub(crate) fn is_multipart(&self) -> bool {
        self.params.iter().any(Param::is_part)
    }

    /// The parameters in the order in which they go into the request: the path first, in the order of its template.
    pub(crate) fn params_in_order(&self) -> Vec<&Param<'s>> {
        let placeholders = self.path.as_ref().map(|path| path.value.placeholders()).unwrap_or_default();
        let in_path = |name| self.params.iter().filter(move |param| param.placeholder() == Some(name));
        let path = placeholders.into_iter().flat_map(in_path);
        path.chain(self.params.iter().filter(|param| param.placeholder().is_none())).collect()
    }
}

/// What the runtime must know about a method beyond its request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Role(Role),
    Public,
    NoReplay,
    RefreshOn(Vec<u16>),
    ExpiredWhen(Vec<Condition>),
    ForbiddenWhen(Vec<Condition>),
    /// The deadline of the whole call, in milliseconds.
    Timeout(u64),
    /// Statuses whose answer is `None`.
    NoneOn(Vec<u16>),
    Pages(Paging),
}

/// What a method does to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Login,
    Refresh,
    Logout,
}

impl Rule {
    /// The attribute that says so.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Role(role) => role.name(),
            Self::Public => "public",
            Self::NoReplay => "no_replay",
            Self::RefreshOn(_) => "refresh_on",
            Self::ExpiredWhen(_) => "expired_when",
            Self::ForbiddenWhen(_) => "forbidden_when",
            Self::Timeout(_) => "timeout",
            Self::NoneOn(_) => "none_on",
            Self::Pages(_) => "pages",
        }
    }
}

impl Role {
    /// The attribute, and the name in the runtime's language.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
            Self::Logout => "logout",
        }
    }
}

/// A value that is the same in every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    pub(crate) place: ConstantPlace,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Where a constant goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConstantPlace {
    Header,
    Query,
    Json,
    Form,
}

/// A parameter and its place in the request.
pub(crate) struct Param<'s> {
    pub(crate) source: &'s Parameter,
    /// Where its place was written; a parameter without an attribute is looked for in the path.
    pub(crate) place: Option<At>,
    pub(crate) kind: Option<ParamKind>,
}

impl Param<'_> {
    /// Whether this is a part of a multipart body.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self.kind, Some(ParamKind::Part(_)))
    }

    /// The placeholder this parameter wants to fill.
    pub(crate) fn placeholder(&self) -> Option<&str> {
        match &self.kind {
            Some(ParamKind::Path(name)) => Some(name),
            _ => None,
        }
    }
}

/// Where the value of a parameter goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParamKind {
    Path(String),
    Query(String),
    Header(String),
    /// A whole map of headers.
    Headers,
    Cookie(String),
    /// `Authorization: Bearer ...`, for a refresh only.
    Bearer,
    Json,
    JsonMember(String),
    Form,
    FormMember(String),
    Part(String),
    Body,
}

/// What the body of a request is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content<'m> {
    Whole,
    JsonMember(&'m str),
    FormMember(&'m str),
    Part,
}

impl ParamKind {
    /// The one header this goes to.
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Self::Header(name) => Some(name),
            Self::Bearer => Some("authorization"),
            _ => None,
        }
    }

    /// The part of the body this is, if it is one.
    pub(crate) fn content(&self) -> Option<Content<'_>> {
        match self {
            Self::Json | Self::Form | Self::Body => Some(Content::Whole),
            Self::JsonMember(name) => Some(Content::JsonMember(name)),
            Self::FormMember(name) => Some(Content::FormMember(name)),
            Self::Part(_) => Some(Content::Part),
            Self::Path(_)
            | Self::Query(_)
            | Self::Header(_)
            | Self::Headers
            | Self::Cookie(_)
            | Self::Bearer => None,
        }
    }
}

impl Constant {
    /// The header this goes to.
    pub(crate) fn header(&self) -> Option<&str> {
        (self.place == ConstantPlace::Header).then_some(self.name.as_str())
    }

    /// The part of the body this is, if it is one.
    pub(crate) fn content(&self) -> Option<Content<'_>> {
        match self.place {
            ConstantPlace::Json => Some(Content::JsonMember(&self.name)),
            ConstantPlace::Form => Some(Content::FormMember(&self.name)),
            ConstantPlace::Header | ConstantPlace::Query => None,
        }
    }
}
