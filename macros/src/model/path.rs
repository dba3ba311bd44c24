//! A path template: literal text with `{placeholders}` between. Pure text, no spans.

use std::fmt;

/// A path such as `/orders/{id}/lines`. There is one literal more than there are placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathTemplate {
    literals: Vec<String>,
    placeholders: Vec<String>,
}

impl PathTemplate {
    /// Reads a template, or says the first thing that is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, PathError> {
        if !text.starts_with('/') {
            return Err(PathError::NoSlash);
        }
        if text.starts_with("//") {
            return Err(PathError::TwoSlashes);
        }
        let template = Self::split(text)?;
        for literal in &template.literals {
            if let Some(wrong) = literal.chars().find_map(wrong_character) {
                return Err(wrong);
            }
        }
        match text.split('/').find(|segment| is_dot_segment(segment)) {
            Some(segment) => Err(PathError::DotSegment(segment.to_owned())),
            None => Ok(template),
        }
    }

    /// The path that adds nothing to a prefix.
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
            template.add_placeholder(name)?;
            rest = after;
        }
        template.literals.push(rest.to_owned());
        if template.literals.iter().any(|literal| literal.contains('}')) {
            return Err(PathError::Unopened);
        }
        Ok(template)
    }

    fn add_placeholder(&mut self, name: &str) -> Result<(), PathError> {
        if name.is_empty() {
            return Err(PathError::EmptyPlaceholder);
        }
        if !is_placeholder(name) {
            return Err(PathError::BadPlaceholder(name.to_owned()));
        }
        if self.placeholders.iter().any(|known| known == name) {
            return Err(PathError::DuplicatePlaceholder(name.to_owned()));
        }
        self.placeholders.push(name.to_owned());
        Ok(())
    }

    /// This template followed by another one. Fails if both have a placeholder of the same name.
    pub(crate) fn join(&self, tail: &Self) -> Result<Self, PathError> {
        let mut joined = self.clone();
        for name in &tail.placeholders {
            joined.add_placeholder(name)?;
        }
        let mut pieces = tail.literals.iter();
        if let (Some(last), Some(first)) = (joined.literals.last_mut(), pieces.next()) {
            last.push_str(first);
        }
        joined.literals.extend(pieces.cloned());
        Ok(joined)
    }

    /// The text between the placeholders, one piece more than there are placeholders.
    pub(crate) fn literals(&self) -> &[String] {
        &self.literals
    }

    pub(crate) fn placeholders(&self) -> Vec<&str> {
        self.placeholders.iter().map(String::as_str).collect()
    }

    pub(crate) fn has(&self, placeholder: &str) -> bool {
        self.placeholders.iter().any(|name| name == placeholder)
    }
}

/// As it was written, with its prefix.
impl fmt::Display for PathTemplate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = self.placeholders.iter();
        for literal in &self.literals {
            out.write_str(literal)?;
            if let Some(name) = names.next() {
                write!(out, "{{{name}}}")?;
            }
        }
        Ok(())
    }
}

/// Whether a placeholder can have this name. Punctuation stays free for forms of placeholders yet to come.
pub(crate) fn is_placeholder(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
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

/// Whether a URL parser would resolve this segment away: `.` and `..`, also when percent-encoded.
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// What is wrong with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    NoSlash,
    TwoSlashes,
    Unclosed,
    Unopened,
    EmptyPlaceholder,
    BadPlaceholder(String),
    DuplicatePlaceholder(String),
    DotSegment(String),
    Query,
    Fragment,
    Character(&'static str),
}

impl PathError {
    pub(crate) fn help(&self) -> Option<&'static str> {
        match self {
            Self::BadPlaceholder(_) => Some("a placeholder is made of letters, digits, `_`, `-` and `.`"),
            Self::Query => {
                Some("use `#[query]` for what varies, `#[query(\"name\" = \"value\")]` for what does not")
            }
            Self::Character("whitespace") => Some("write `%20` for a blank"),
            _ => None,
        }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlash => out.write_str("path must start with `/`"),
            Self::TwoSlashes => out.write_str("path must not start with `//`"),
            Self::Unclosed => out.write_str("unclosed `{` in path"),
            Self::Unopened => out.write_str("unopened `}` in path"),
            Self::EmptyPlaceholder => out.write_str("empty path placeholder"),
            Self::BadPlaceholder(name) => write!(out, "`{name}` is not a valid name of a path placeholder"),
            Self::DuplicatePlaceholder(name) => write!(out, "duplicate path placeholder `{{{name}}}`"),
            Self::DotSegment(segment) => write!(out, "path must not contain the segment `{segment}`"),
            Self::Query => out.write_str("path must not contain a query"),
            Self::Fragment => out.write_str("path must not contain a fragment"),
            Self::Character(what) => write!(out, "path must not contain {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<String>, Vec<String>) {
        let template = PathTemplate::parse(text).unwrap_or_else(|wrong| unreachable!("{text}: {wrong}"));
        (template.literals, template.placeholders)
    }

    fn wrong(text: &str) -> String {
        PathTemplate::parse(text)
            .map_or_else(|wrong| wrong.to_string(), |fine| format!("{text} became {fine:?}"))
    }

    #[test]
    fn a_plain_path_is_one_literal() {
        assert_eq!(split("/orders"), (vec!["/orders".into()], vec![]));
        assert_eq!(split("/"), (vec!["/".into()], vec![]));
    }

    #[test]
    fn placeholders_stand_between_literals() {
        let (literals, placeholders) = split("/orders/{id}/lines/{line-no}");
        assert_eq!(literals, ["/orders/", "/lines/", ""]);
        assert_eq!(placeholders, ["id", "line-no"]);
    }

    #[test]
    fn a_segment_may_hold_more_than_a_placeholder() {
        let (literals, placeholders) = split("/{owner}:{name}.json");
        assert_eq!(literals, ["/", ":", ".json"]);
        assert_eq!(placeholders, ["owner", "name"]);
    }

    #[test]
    fn a_template_is_displayed_as_it_was_written() {
        for text in ["/", "/orders/{id}/lines/{line}", "/{a}{b}", "/a:b@c/~me/ü/%20"] {
            let shown = PathTemplate::parse(text).map(|template| template.to_string());
            assert_eq!(shown.as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_prefix_and_a_path_become_one_template() {
        let joined = PathTemplate::parse("/{tenant}/v2")
            .and_then(|prefix| prefix.join(&PathTemplate::parse("/a/{id}")?));
        assert_eq!(joined.map(|path| (path.literals, path.placeholders)), {
            Ok((vec!["/".into(), "/v2/a/".into(), String::new()], vec!["tenant".into(), "id".into()]))
        });
    }

    #[test]
    fn an_empty_path_leaves_the_prefix() {
        let joined = PathTemplate::parse("/orders").and_then(|prefix| prefix.join(&PathTemplate::empty()));
        assert_eq!(joined.map(|path| path.to_string()).as_deref(), Ok("/orders"));
    }

    #[test]
    fn prefix_and_path_cannot_have_the_same_placeholder() {
        let joined =
            PathTemplate::parse("/{id}").and_then(|prefix| prefix.join(&PathTemplate::parse("/{id}")?));
        assert_eq!(joined, Err(PathError::DuplicatePlaceholder("id".into())));
    }

    #[test]
    fn every_mistake_has_its_own_words() {
        for (text, expected) in [
            ("", "path must start with `/`"),
            ("orders", "path must start with `/`"),
            ("https://shop.example/orders", "path must start with `/`"),
            ("//evil.example/orders", "path must not start with `//`"),
            ("/orders/{id", "unclosed `{` in path"),
            ("/orders/{id/{x}", "unclosed `{` in path"),
            ("/orders/id}", "unopened `}` in path"),
            ("/orders/{id}}", "unopened `}` in path"),
            ("/orders/{}", "empty path placeholder"),
            ("/orders/{rest*}", "`rest*` is not a valid name of a path placeholder"),
            ("/orders/{id:[0-9]+}", "`id:[0-9]+` is not a valid name of a path placeholder"),
            ("/{id}/{id}", "duplicate path placeholder `{id}`"),
            ("/orders/../users", "path must not contain the segment `..`"),
            ("/orders/%2E%2e", "path must not contain the segment `%2E%2e`"),
            ("/./orders", "path must not contain the segment `.`"),
            ("/orders?page=1", "path must not contain a query"),
            ("/orders#top", "path must not contain a fragment"),
            ("/my orders", "path must not contain whitespace"),
            ("/orders\\..", "path must not contain a backslash"),
            ("/orders\0", "path must not contain a control character"),
        ] {
            assert_eq!(wrong(text), expected, "{text}");
        }
    }

    #[test]
    fn dots_that_are_not_a_whole_segment_are_fine() {
        for text in ["/a.b", "/...", "/.well-known/x", "/v1./{id}..", "/.{format}"] {
            assert!(PathTemplate::parse(text).is_ok(), "{text}");
        }
    }
}
