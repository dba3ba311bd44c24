//! Defines the Rust tokens of a source file, in a form that can easily be compared with strings.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

#[derive(Debug)]
pub enum Token {
    /// An identifier or keyword, with its line number.
    Word(String, usize),
    Mark(char),
    /// A literal as written in the source code.
    Literal(String),
    Group(Delimiter, Vec<Token>),
}

impl Token {
    pub fn all(text: &str) -> Result<Vec<Self>, String> {
        let stream: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
        Ok(Self::of(stream))
    }

    fn of(stream: TokenStream) -> Vec<Self> {
        stream
            .into_iter()
            .map(|token| match token {
                TokenTree::Group(group) => Self::Group(group.delimiter(), Self::of(group.stream())),
                TokenTree::Ident(ident) => {
                    let text = ident.to_string();
                    let line = ident.span().start().line;
                    Self::Word(text.strip_prefix("r#").map_or(text.clone(), str::to_owned), line)
                }
                TokenTree::Punct(punct) => Self::Mark(punct.as_char()),
                TokenTree::Literal(literal) => Self::Literal(literal.to_string()),
            })
            .collect()
    }

    pub fn word(&self) -> Option<&str> {
        if let Self::Word(text, _) = self { Some(text) } else { None }
    }

    pub fn is(&self, mark: char) -> bool {
        matches!(self, Self::Mark(found) if *found == mark)
    }

    /// Returns the tokens inside a group with the given delimiter.
    pub fn within(&self, wanted: Delimiter) -> Option<&[Self]> {
        match self {
            Self::Group(found, inner) if *found == wanted => Some(inner),
            _ => None,
        }
    }

    /// Returns the contents of a string literal. The literal must not contain escape sequences.
    pub fn text(&self) -> Option<&str> {
        let Self::Literal(literal) = self else { return None };
        literal.strip_prefix('"')?.strip_suffix('"')
    }
}

/// Returns the word at the given position, or an empty string.
pub fn word_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).and_then(Token::word).unwrap_or_default()
}

pub fn colons_at(tokens: &[Token], at: usize) -> bool {
    [at, at + 1].iter().all(|&index| tokens.get(index).is_some_and(|token| token.is(':')))
}

/// Returns the position after a visibility such as `pub` or `pub(crate)`, or the given position if there is no
/// visibility. The path in `pub(in crate::a)` does not create a dependency.
pub fn after_visibility(tokens: &[Token], at: usize) -> usize {
    if word_at(tokens, at) != "pub" {
        return at;
    }
    let restriction = tokens.get(at + 1).and_then(|token| token.within(Delimiter::Parenthesis));
    let restricted =
        restriction.is_some_and(|inner| ["crate", "super", "self", "in"].contains(&word_at(inner, 0)));
    at + if restricted { 2 } else { 1 }
}

/// Returns the position after the item or field that starts at the given position.
pub fn item_end(tokens: &[Token], start: usize) -> usize {
    let at = after_visibility(tokens, start);
    let function = ["fn", "unsafe", "async", "extern"].contains(&word_at(tokens, at + 1));
    let (statement, block) = match word_at(tokens, at) {
        "const" => (!function, function),
        "use" | "static" | "type" | "let" => (true, false),
        "fn" | "impl" | "mod" | "struct" | "enum" | "union" | "trait" | "macro_rules" | "async"
        | "unsafe" | "extern" => (false, true),
        _ => (false, false),
    };
    let ends = |token: &Token| {
        let brace = token.within(Delimiter::Brace).is_some();
        token.is(';') || (brace && !statement) || (token.is(',') && !statement && !block)
    };
    tokens.iter().skip(at).position(ends).map_or(tokens.len(), |found| at + found + 1)
}
