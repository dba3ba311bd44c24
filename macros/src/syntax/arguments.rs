//! What stands in the parentheses of an attribute. One small grammar serves them all, and reading it cannot fail: what
//! does not fit is kept as [`What::Other`], for whoever knows what was expected there.
//!
//! ```text
//! arguments = { argument "," }
//! argument  = value | value "=" value | name "(" arguments ")"
//! value     = string | number | path
//! ```

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, LitInt, LitStr, Path};

use crate::diag::{At, Diagnostics};

/// One argument.
pub(crate) enum Argument {
    /// `"/orders"`, `401`, `none`
    Single(Value),
    /// `path = "/api"`, `"accept" = "text/plain"`
    Pair(Value, Value),
    /// `refresh_on(401, 403)`
    List(Value, Vec<Argument>),
}

/// One side of an argument.
pub(crate) struct Value {
    pub(crate) at: At,
    pub(crate) what: What,
}

/// What kind of token a value is.
pub(crate) enum What {
    Text(String),
    /// A whole number, or `None` if it is larger than any we know.
    Number(Option<u16>),
    /// A whole number with a type, such as `401u16`.
    TypedNumber,
    Path(Path),
    Other,
}

impl Argument {
    /// The place of the whole argument, or of its key.
    pub(crate) fn key(&self) -> &Value {
        match self {
            Self::Single(value) | Self::Pair(value, _) | Self::List(value, _) => value,
        }
    }
}

impl Value {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.what {
            What::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as one word, also if that is a keyword.
    pub(crate) fn word(&self) -> Option<String> {
        match &self.what {
            What::Path(path) => path.get_ident().map(|ident| ident.unraw().to_string()),
            _ => None,
        }
    }
}

/// Reads the arguments of an attribute.
pub(crate) fn parse_arguments(tokens: TokenStream, diag: &mut Diagnostics) -> Vec<Argument> {
    split(tokens, ',')
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| parse_argument(part, diag))
        .collect()
}

fn parse_argument(tokens: TokenStream, diag: &mut Diagnostics) -> Argument {
    let mut sides = split(tokens.clone(), '=').into_iter();
    if let (Some(key), Some(value), None) = (sides.next(), sides.next(), sides.next()) {
        return Argument::Pair(parse_value(key, diag), parse_value(value, diag));
    }
    let mut parts = tokens.clone().into_iter();
    if let (Some(key @ TokenTree::Ident(_)), Some(TokenTree::Group(group)), None) =
        (parts.next(), parts.next(), parts.next())
    {
        if group.delimiter() == Delimiter::Parenthesis {
            return Argument::List(parse_value(key.into(), diag), parse_arguments(group.stream(), diag));
        }
    }
    Argument::Single(parse_value(tokens, diag))
}

fn parse_value(tokens: TokenStream, diag: &mut Diagnostics) -> Value {
    let at = diag.mark(&tokens);
    let what = if let Ok(text) = syn::parse2::<LitStr>(tokens.clone()) {
        What::Text(text.value())
    } else if let Ok(number) = syn::parse2::<LitInt>(tokens.clone()) {
        if number.suffix().is_empty() { What::Number(number.base10_parse().ok()) } else { What::TypedNumber }
    } else if let Ok(word) = Ident::parse_any.parse2(tokens.clone()) {
        What::Path(word.into())
    } else if let Ok(path) = Path::parse_mod_style.parse2(tokens) {
        What::Path(path)
    } else {
        What::Other
    };
    Value { at, what }
}

/// The tokens between the separators. A trailing separator adds an empty part.
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
