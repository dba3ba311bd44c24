//! Parses and joins path templates.

use std::fmt;

use super::error::PathError;
use super::placeholder_name::{foreign, is_placeholder_name};

/// A path such as `/orders/{id}/lines`. A template with two placeholders has three literals, and a literal can be
/// empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathTemplate {
    literals: Vec<String>,
    placeholders: Vec<Placeholder>,
}

/// A placeholder: `{id}` for one segment or part of a segment, or `{rest*}` for several segments.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Placeholder {
    name: String,
    is_rest: bool,
}

impl PathTemplate {
    pub(crate) fn parse(text: &str) -> Result<Self, PathError> {
        if !text.starts_with('/') {
            return Err(PathError::NoSlash(text.to_owned()));
        }
        if text.starts_with("//") {
            return Err(PathError::TwoSlashes);
        }
        if let Some(wrong) = foreign_braces(text) {
            return Err(wrong);
        }
        let template = Self::split(text)?;
        if let Some((written, instead)) = text.split('/').find_map(foreign) {
            return Err(PathError::Foreign(written, instead));
        }
        for literal in &template.literals {
            if let Some(wrong) = literal.chars().find_map(wrong_character) {
                return Err(wrong);
            }
            if !is_percent_encoded(literal) {
                return Err(PathError::Percent);
            }
        }
        match text.split('/').find(|segment| is_dot_segment(segment)) {
            Some(segment) => Err(PathError::DotSegment(segment.to_owned())),
            None => Ok(template),
        }
    }

    /// Returns the empty path, which changes nothing when it is joined to a prefix.
    pub(crate) fn empty() -> Self {
        Self { literals: vec![String::new()], placeholders: Vec::new() }
    }

    fn split(text: &str) -> Result<Self, PathError> {
        let mut template = Self { literals: Vec::new(), placeholders: Vec::new() };
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return Err(PathError::Unclosed);
            };
            if name.contains('{') {
                return Err(PathError::Unclosed);
            }
            template.literals.push(literal.to_owned());
            template.add_placeholder(Placeholder::parse(name)?)?;
            rest = after;
        }
        template.literals.push(rest.to_owned());
        if template.literals.iter().any(|literal| literal.contains('}')) {
            return Err(PathError::Unopened);
        }
        Ok(template)
    }

    fn add_placeholder(&mut self, placeholder: Placeholder) -> Result<(), PathError> {
        if self.has(&placeholder.name) {
            return Err(PathError::DuplicatePlaceholder(placeholder.name));
        }
        if let Some(rest) = self.rest() {
            return Err(PathError::RestNotLast(rest.to_owned()));
        }
        self.placeholders.push(placeholder);
        Ok(())
    }

    /// Appends another template. Returns an error if both templates have a placeholder with the same name.
    pub(crate) fn join(&self, tail: &Self) -> Result<Self, PathError> {
        let mut joined = self.clone();
        for placeholder in &tail.placeholders {
            joined.add_placeholder(placeholder.clone())?;
        }
        let mut pieces = tail.literals.iter();
        if let (Some(last), Some(first)) = (joined.literals.last_mut(), pieces.next()) {
            last.push_str(first);
        }
        joined.literals.extend(pieces.cloned());
        Ok(joined)
    }

    pub(crate) fn literals(&self) -> &[String] {
        &self.literals
    }

    pub(crate) fn placeholders(&self) -> Vec<&str> {
        self.placeholders.iter().map(|placeholder| placeholder.name.as_str()).collect()
    }

    /// Returns the name of the multi-segment placeholder.
    pub(crate) fn rest(&self) -> Option<&str> {
        let rest = self.placeholders.iter().find(|placeholder| placeholder.is_rest);
        rest.map(|placeholder| placeholder.name.as_str())
    }

    pub(crate) fn has(&self, placeholder: &str) -> bool {
        self.placeholders.iter().any(|known| known.name == placeholder)
    }
}

impl Placeholder {
    fn parse(text: &str) -> Result<Self, PathError> {
        let (name, is_rest) = text.strip_suffix('*').map_or((text, false), |name| (name, true));
        if name.is_empty() {
            return Err(PathError::EmptyPlaceholder);
        }
        if !is_placeholder_name(name) {
            return Err(PathError::InvalidPlaceholder(text.to_owned()));
        }
        Ok(Self { name: name.to_owned(), is_rest })
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{{{}{}}}", self.name, if self.is_rest { "*" } else { "" })
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut placeholders = self.placeholders.iter();
        for literal in &self.literals {
            out.write_str(literal)?;
            if let Some(placeholder) = placeholders.next() {
                placeholder.fmt(out)?;
            }
        }
        Ok(())
    }
}

/// Returns an error for `${id}`, `#{id}` or `{{id}}`, which are placeholders in other languages.
fn foreign_braces(text: &str) -> Option<PathError> {
    ["${", "#{", "{{"].into_iter().find_map(|open| {
        let (_, rest) = text.split_once(open)?;
        let (name, after) = rest.split_once('}')?;
        let close = if open == "{{" && after.starts_with('}') { "}}" } else { "}" };
        let is_name = is_placeholder_name(name) && (open != "{{" || close == "}}");
        is_name.then(|| PathError::Foreign(format!("{open}{name}{close}"), format!("{{{name}}}")))
    })
}

/// Whether every `%` begins a percent-encoded byte.
fn is_percent_encoded(literal: &str) -> bool {
    literal.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes();
        (0..2).all(|_| digits.next().is_some_and(|digit| digit.is_ascii_hexdigit()))
    })
}

fn wrong_character(letter: char) -> Option<PathError> {
    match letter {
        '?' => Some(PathError::Query),
        '#' => Some(PathError::Fragment),
        '\\' => Some(PathError::Character("a backslash")),
        _ if letter.is_whitespace() => Some(PathError::Character("whitespace")),
        _ if letter.is_control() => Some(PathError::Character("a control character")),
        _ => None,
    }
}

/// Whether a URL parser would remove the segment from a path. A URL parser removes the segments `.` and `..`, even if
/// they are percent-encoded.
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}
