//! Parses the arguments of every attribute. All attributes use the same small grammar. Parsing never fails: tokens that
//! do not match become [`ValueKind::Other`], and the step that reads the argument reports the error.
//!
//! ```text
//! arguments = { argument "," }
//! argument  = value | value "=" value | name "(" arguments ")" | argument "==" value
//! value     = string | number | path
//! ```

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, LitInt, LitStr, Path};

use crate::diag::{Diagnostics, Location};

/// An attribute argument.
pub(crate) enum Argument {
    /// A single value, such as `"/orders"`, `401` or `none`.
    Single(Value),
    /// A key and a value, such as `path = "/api"` or `"accept" = "text/plain"`.
    Pair(Value, Value),
    /// A key with a list of arguments, such as `refresh_on(401, 403)`.
    List(Value, Vec<Argument>),
    /// A condition, such as `json("/error") == "token_expired"`.
    Equation(Box<Argument>, Value),
}

pub(crate) struct Value {
    pub(crate) at: Location,
    pub(crate) kind: ValueKind,
}

pub(crate) enum ValueKind {
    Text(String),
    /// An integer, or `None` if the integer does not fit into 64 bits.
    Number(Option<i64>),
    /// An integer with a type suffix, such as `401u16`.
    TypedNumber,
    Path(Path),
    Other,
}

impl Argument {
    /// Returns the argument's key, or the whole argument if it has no key.
    pub(crate) fn key(&self) -> &Value {
        match self {
            Self::Single(value) | Self::Pair(value, _) | Self::List(value, _) => value,
            Self::Equation(left, _) => left.key(),
        }
    }
}

impl Value {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value if it is a single identifier, which can be a keyword.
    pub(crate) fn word(&self) -> Option<String> {
        match &self.kind {
            ValueKind::Path(path) => path.get_ident().map(|ident| ident.unraw().to_string()),
            _ => None,
        }
    }
}

/// Parses the arguments of one of this macro's attributes. A missing comma is reported, and parsing continues as if the
/// comma were there.
pub(crate) fn parse_arguments(tokens: TokenStream, diag: &mut Diagnostics) -> Vec<Argument> {
    let mut gaps = Vec::new();
    let arguments = parse_list(tokens, &mut gaps, diag);
    for at in gaps {
        diag.push(at, "arguments must be separated by `,`");
    }
    arguments
}

/// Parses the arguments of another macro's attribute, without reporting errors.
pub(super) fn parse_foreign(tokens: TokenStream, diag: &mut Diagnostics) -> Vec<Argument> {
    parse_list(tokens, &mut Vec::new(), diag)
}

fn parse_list(tokens: TokenStream, gaps: &mut Vec<Location>, diag: &mut Diagnostics) -> Vec<Argument> {
    split_list(tokens, gaps, diag)
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| parse_argument(part.into_iter().collect(), gaps, diag))
        .collect()
}

/// Splits a list into the tokens of each argument. `gaps` collects the positions where a comma is missing.
fn split_list(tokens: TokenStream, gaps: &mut Vec<Location>, diag: &mut Diagnostics) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![];
    let mut part: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let separator = match &token {
            TokenTree::Punct(punct) if [',', ';'].contains(&punct.as_char()) => Some(punct.as_char()),
            _ => None,
        };
        let is_next = part.last().is_some_and(|last| begins_next(last, &token));
        if separator == Some(';') || is_next {
            gaps.push(diag.locate(&token));
        }
        if separator.is_some() || is_next {
            parts.push(std::mem::take(&mut part));
        }
        part.extend(separator.is_none().then_some(token));
    }
    parts.push(part);
    parts
}

/// Whether `token` must begin a new argument after the argument that ends with `last`, as in `"/v1" dyn`, `401 403` or
/// `dyn path`.
fn begins_next(last: &TokenTree, token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(_) => !matches!(last, TokenTree::Punct(_)),
        TokenTree::Literal(_) => matches!(last, TokenTree::Literal(_)),
        TokenTree::Group(_) | TokenTree::Punct(_) => false,
    }
}

fn parse_argument(tokens: TokenStream, gaps: &mut Vec<Location>, diag: &mut Diagnostics) -> Argument {
    let mut sides = split(tokens.clone(), '=').into_iter();
    match (sides.next(), sides.next(), sides.next(), sides.next()) {
        (Some(key), Some(value), None, None) => {
            return Argument::Pair(parse_value(key, diag), parse_value(value, diag));
        }
        (Some(left), Some(between), Some(right), None) if between.is_empty() && !left.is_empty() => {
            return Argument::Equation(Box::new(parse_argument(left, gaps, diag)), parse_value(right, diag));
        }
        _ => {}
    }
    let mut parts = tokens.clone().into_iter();
    if let (Some(key @ TokenTree::Ident(_)), Some(TokenTree::Group(group)), None) =
        (parts.next(), parts.next(), parts.next())
    {
        if group.delimiter() == Delimiter::Parenthesis {
            let key = parse_value(key.into(), diag);
            return Argument::List(key, parse_list(group.stream(), gaps, diag));
        }
    }
    if let Some(key) = key_before_colon(&tokens) {
        return Argument::List(parse_value(key.into(), diag), Vec::new());
    }
    Argument::Single(parse_value(tokens, diag))
}

/// Returns the key of an argument that is wrongly written with a colon, as in `path: "/v1"`.
fn key_before_colon(tokens: &TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next()?, tokens.next()?) {
        (key @ TokenTree::Ident(_), TokenTree::Punct(colon))
            if colon.as_char() == ':' && colon.spacing() == Spacing::Alone =>
        {
            Some(key)
        }
        _ => None,
    }
}

fn parse_value(tokens: TokenStream, diag: &mut Diagnostics) -> Value {
    let at = diag.locate(&tokens);
    let kind = if let Ok(text) = syn::parse2::<LitStr>(tokens.clone()) {
        ValueKind::Text(text.value())
    } else if let Ok(number) = syn::parse2::<LitInt>(tokens.clone()) {
        match number.suffix() {
            "" => ValueKind::Number(number.base10_parse().ok()),
            suffix if is_integer(suffix) => ValueKind::TypedNumber,
            _ => ValueKind::Other,
        }
    } else if let Ok(word) = Ident::parse_any.parse2(tokens.clone()) {
        ValueKind::Path(word.into())
    } else if let Ok(path) = Path::parse_mod_style.parse2(tokens) {
        ValueKind::Path(path)
    } else {
        ValueKind::Other
    };
    Value { at, kind }
}

/// Whether a literal suffix is an integer type. The `xx` of `4xx` is not an integer type.
fn is_integer(suffix: &str) -> bool {
    let size = suffix.strip_prefix(['u', 'i']);
    size.is_some_and(|size| ["8", "16", "32", "64", "128", "size"].contains(&size))
}

/// Splits tokens at the separators. If the tokens end with a separator, the last part is empty.
fn split(tokens: TokenStream, separator: char) -> Vec<TokenStream> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == separator => parts.push(Vec::new()),
            (_, Some(part)) => part.push(token),
            (_, None) => parts.push(vec![token]),
        }
    }
    parts.into_iter().map(|part| part.into_iter().collect()).collect()
}
