//! A path template: literal text with `{placeholders}` between. Pure text, no spans.

use std::fmt;

/// A path such as `/orders/{id}/lines`. There is one literal more than there are placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathTemplate {
    literals: Vec<String>,
    placeholders: Vec<Placeholder>,
}

/// `{id}`, which is one segment or a part of one, or `{rest*}`, which is several.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Placeholder {
    name: String,
    is_rest: bool,
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

    /// This template followed by another one. Fails if both have a placeholder of the same name.
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

    /// The text between the placeholders, one piece more than there are placeholders.
    pub(crate) fn literals(&self) -> &[String] {
        &self.literals
    }

    pub(crate) fn placeholders(&self) -> Vec<&str> {
        self.placeholders.iter().map(|placeholder| placeholder.name.as_str()).collect()
    }

    /// The name of the placeholder that takes several segments.
    pub(crate) fn rest(&self) -> Option<&str> {
        let rest = self.placeholders.iter().find(|placeholder| placeholder.is_rest);
        rest.map(|placeholder| placeholder.name.as_str())
    }

    pub(crate) fn has(&self, placeholder: &str) -> bool {
        self.placeholders.iter().any(|known| known.name == placeholder)
    }
}

impl Placeholder {
    /// Reads what stands between the braces.
    fn parse(text: &str) -> Result<Self, PathError> {
        let (name, is_rest) = text.strip_suffix('*').map_or((text, false), |name| (name, true));
        if name.is_empty() {
            return Err(PathError::EmptyPlaceholder);
        }
        if !is_placeholder(name) {
            return Err(PathError::BadPlaceholder(text.to_owned()));
        }
        Ok(Self { name: name.to_owned(), is_rest })
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{{{}{}}}", self.name, if self.is_rest { "*" } else { "" })
    }
}

/// As it was written, with its prefix.
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

/// Whether a placeholder can have this name. Punctuation stays free for forms of placeholders yet to come.
pub(crate) fn is_placeholder(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

/// The name in other ways of writing a rest: `*rest`, `rest**`, `rest+`.
fn without_stars(text: &str) -> Option<&str> {
    let name = text.trim_matches(['*', '+']);
    (name != text && is_placeholder(name)).then_some(name)
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
    RestNotLast(String),
    DotSegment(String),
    Query,
    Fragment,
    Character(&'static str),
}

impl PathError {
    pub(crate) fn help(&self) -> Option<String> {
        let help = match self {
            Self::BadPlaceholder(name) => match without_stars(name) {
                Some(name) => return Some(format!("for several segments write `{{{name}*}}`")),
                None => {
                    "a placeholder is made of letters, digits, `_`, `-` and `.`, and a last `*` for several segments"
                }
            },
            Self::RestNotLast(_) => "it takes all the segments there are",
            Self::Query => {
                "use `#[query]` for what varies, `#[query(\"name\" = \"value\")]` for what does not"
            }
            Self::Character("whitespace") => "write `%20` for a blank",
            _ => return None,
        };
        Some(help.to_owned())
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
            Self::RestNotLast(name) => write!(out, "path placeholder `{{{name}*}}` must be the last one"),
            Self::DotSegment(segment) => write!(out, "path must not contain the segment `{segment}`"),
            Self::Query => out.write_str("path must not contain a query"),
            Self::Fragment => out.write_str("path must not contain a fragment"),
            Self::Character(what) => write!(out, "path must not contain {what}"),
        }
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<String>, Vec<String>) {
        let template = PathTemplate::parse(text).unwrap_or_else(|wrong| unreachable!("{text}: {wrong}"));
        let placeholders = template.placeholders().into_iter().map(str::to_owned).collect();
        (template.literals, placeholders)
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
        for text in ["/", "/orders/{id}/lines/{line}", "/{a}{b}", "/{a}/{b*}", "/a:b@c/~me/ü/%20"] {
            let shown = PathTemplate::parse(text).map(|template| template.to_string());
            assert_eq!(shown.as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_prefix_and_a_path_become_one_template() {
        let joined = PathTemplate::parse("/{tenant}/v2")
            .and_then(|prefix| prefix.join(&PathTemplate::parse("/a/{id}")?));
        let joined = joined.unwrap_or_else(|wrong| unreachable!("{wrong}"));
        assert_eq!(joined.literals(), ["/", "/v2/a/", ""]);
        assert_eq!(joined.placeholders(), ["tenant", "id"]);
    }

    #[test]
    fn a_rest_takes_several_segments_and_literals_may_follow() {
        for text in ["/files/{path*}", "/{owner}/{path*}", "/files/{path*}/meta"] {
            let template = PathTemplate::parse(text).unwrap_or_else(|wrong| unreachable!("{text}: {wrong}"));
            assert_eq!(template.rest(), Some("path"), "{text}");
            assert!(template.has("path"), "{text}");
        }
        assert_eq!(PathTemplate::parse("/files/{path}").map(|path| path.rest().is_none()), Ok(true));
    }

    #[test]
    fn nothing_follows_the_rest_of_a_prefix() {
        let prefix = PathTemplate::parse("/{rest*}");
        let joined = prefix.and_then(|prefix| prefix.join(&PathTemplate::parse("/{id}")?));
        assert_eq!(joined, Err(PathError::RestNotLast("rest".into())));
    }

    #[test]
    fn other_ways_of_writing_a_rest_are_answered_with_ours() {
        for text in ["/{*rest}", "/{rest**}", "/{rest+}", "/{**rest}"] {
            let help = PathTemplate::parse(text).err().and_then(|wrong| wrong.help());
            assert_eq!(help.as_deref(), Some("for several segments write `{rest*}`"), "{text}");
        }
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
            ("/orders/{*}", "empty path placeholder"),
            ("/orders/{*rest}", "`*rest` is not a valid name of a path placeholder"),
            ("/orders/{rest**}", "`rest**` is not a valid name of a path placeholder"),
            ("/orders/{rest*}/{id}", "path placeholder `{rest*}` must be the last one"),
            ("/{id}/{id*}", "duplicate path placeholder `{id}`"),
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
