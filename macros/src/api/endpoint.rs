//! Describes a method that sends a request: its HTTP method, path, rules, constants and parameters.

use super::param::Param;
use crate::diag::Located;
use crate::model::{Constant, PathTemplate, Role, Rule};
use crate::syntax::Method;

pub(crate) struct Endpoint<'s> {
    pub(crate) source: &'s Method,
    pub(crate) verb: Option<Located<String>>,
    /// The whole path, including the trait's prefix.
    pub(crate) path: Option<Located<PathTemplate>>,
    pub(crate) rules: Vec<Located<Rule>>,
    /// The trait's constants that this method does not override, followed by the method's own constants.
    pub(crate) constants: Vec<Located<Constant>>,
    pub(crate) params: Vec<Param<'s>>,
}

impl<'s> Endpoint<'s> {
    pub(crate) fn name(&self) -> String {
        self.source.name.plain()
    }

    pub(crate) fn role(&self) -> Option<Located<Role>> {
        self.rules.iter().find_map(|rule| match rule.value {
            Rule::Role(role) => Some(Located { value: role, at: rule.at }),
            _ => None,
        })
    }

    pub(crate) fn is_refresh(&self) -> bool {
        self.role().is_some_and(|role| role.value == Role::Refresh)
    }

    pub(crate) fn is_logout(&self) -> bool {
        self.role().is_some_and(|role| role.value == Role::Logout)
    }

    /// Whether the runtime fills the method's parameters from the session.
    pub(crate) fn is_filled(&self) -> bool {
        self.is_refresh() || self.is_logout()
    }

    /// Whether the method sends its request without a credential.
    pub(crate) fn is_public(&self) -> bool {
        self.rules.iter().any(|rule| rule.value == Rule::Public)
    }

    pub(crate) fn has_pages(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.value, Rule::Pages(_)))
    }

    pub(crate) fn is_head(&self) -> bool {
        self.verb.as_ref().is_some_and(|verb| verb.value == "HEAD")
    }

    pub(crate) fn forbids_body(&self) -> bool {
        self.verb.as_ref().is_some_and(|verb| matches!(verb.value.as_str(), "GET" | "HEAD"))
    }

    /// Whether the parameter fills the path placeholder that can match several segments.
    pub(crate) fn fills_rest(&self, param: &Param) -> bool {
        let rest = self.path.as_ref().and_then(|path| path.value.rest());
        rest.is_some() && rest == param.placeholder()
    }

    pub(crate) fn is_multipart(&self) -> bool {
        self.params.iter().any(Param::is_part)
    }

    /// Returns the parameters in encoding order: path parameters come first, in the order of their placeholders.
    pub(crate) fn params_in_order(&self) -> Vec<&Param<'s>> {
        let placeholders = self.path.as_ref().map(|path| path.value.placeholders()).unwrap_or_default();
        let in_path = |name| self.params.iter().filter(move |param| param.placeholder() == Some(name));
        let path = placeholders.into_iter().flat_map(in_path);
        path.chain(self.params.iter().filter(|param| param.placeholder().is_none())).collect()
    }
}
