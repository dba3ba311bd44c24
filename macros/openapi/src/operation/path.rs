//! Converts an operation's path to a template for `#[afresh::api]`, with placeholder names that the macro accepts.

use std::collections::BTreeSet;

use serde_json::Value;

/// A path template, its placeholders, and the query parameters in the original path.
#[derive(Debug, Default)]
pub(crate) struct Template {
    pub(crate) text: String,
    pub(crate) placeholders: Vec<Placeholder>,
    /// The name of each query parameter in the original path, with the parameter's value or placeholder.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Placeholder {
    pub(crate) name: String,
    pub(crate) label: String,
}

enum Piece<'t> {
    Literal(&'t str),
    Placeholder(&'t str),
}

/// Converts `path` to a template. `params` contains the path parameters.
///
/// # Errors
///
/// Returns an error if the path cannot be used in a request.
pub(crate) fn read(path: &str, params: &[&Value]) -> Result<Template, String> {
    let mut template = Template::default();
    let (path, query) = split_outside(path, '?').unwrap_or((path, ""));
    let (path, query) = match (split_outside(path, '#'), split_outside(query, '#')) {
        (Some((path, _)), _) => (path, ""),
        (None, Some((query, _))) => (path, query),
        (None, None) => (path, query),
    };
    if path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err("the path has a segment `.` or `..`".to_owned());
    }
    if !path.starts_with('/') {
        template.text.push('/');
    }
    let pieces = pieces(path);
    let last = pieces.iter().rposition(|piece| matches!(piece, Piece::Placeholder(_)));
    let mut taken = BTreeSet::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(text) => template.text.extend(text.chars().map(encoded)),
            // A placeholder that starts with `?` or `&` (RFC 6570) names query parameters, which the document also
            // lists as parameters.
            Piece::Placeholder(inner) if inner.starts_with(['?', '&']) => {}
            Piece::Placeholder(inner) => {
                add_placeholder(&mut template, inner, params, last == Some(at), &mut taken);
            }
        }
    }
    if template.text.starts_with("//") {
        return Err("the path starts with `//`".to_owned());
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    template.query = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok(template)
}

fn add_placeholder(
    template: &mut Template,
    inner: &str,
    params: &[&Value],
    is_last: bool,
    taken: &mut BTreeSet<String>,
) {
    let bare = inner.trim_start_matches(['+', '*', '/', ';', '.']).trim_end_matches(['*', '+']);
    let bare = bare.split([':', '=']).next().unwrap_or(bare);
    let find = |name: &str| params.iter().find(|param| param["name"] == name);
    let name = if find(inner).is_some() { inner } else { bare };
    let param = find(name).map_or(&Value::Null, |param| param);

    let takes_several = inner.starts_with('+')
        || inner.ends_with(['*', '+'])
        || inner.ends_with(":path")
        || inner.contains('=')
        || param["x-multi-segment"] == true
        || param["allowReserved"] == true;
    if takes_several && !is_last {
        let note = format!(
            "`{{{name}}}` can contain slashes but is not at the end of the path, so the client encodes the slashes as `%2F`"
        );
        template.notes.push(note);
    }
    let mut label: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    if label.is_empty() {
        label.push('_');
    }
    while !taken.insert(label.clone()) {
        label.push_str("_2");
    }
    match param["style"].as_str() {
        Some("matrix") => {
            template.text.push_str(&format!(";{}=", bare.chars().map(encoded).collect::<String>()));
        }
        Some("label") => template.text.push('.'),
        _ => {}
    }
    let star = if takes_several && is_last { "*" } else { "" };
    template.text.push_str(&format!("{{{label}{star}}}"));
    template.placeholders.push(Placeholder { name: name.to_owned(), label });
}

fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// Returns `letter`, or its percent-encoded form if a template cannot contain `letter`.
fn encoded(letter: char) -> String {
    let needs_it = letter.is_whitespace() || letter.is_control() || matches!(letter, '\\' | '{' | '}');
    if !needs_it {
        return letter.to_string();
    }
    let mut bytes = [0; 4];
    letter.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn pieces(path: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = path;
    while let Some((literal, (inner, after))) =
        rest.split_once('{').and_then(|(literal, after)| Some((literal, after.split_once('}')?)))
    {
        pieces.extend([Piece::Literal(literal), Piece::Placeholder(inner)]);
        rest = after;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// Splits `text` at the first `sign` that is not inside a placeholder.
fn split_outside(text: &str, sign: char) -> Option<(&str, &str)> {
    let mut inside = false;
    let at = text.char_indices().find_map(|(at, letter)| {
        inside = (inside || letter == '{') && letter != '}';
        (letter == sign && !inside).then_some(at)
    })?;
    Some((&text[..at], &text[at + sign.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(path: &str, params: &[Value]) -> String {
        let params: Vec<&Value> = params.iter().collect();
        read(path, &params).unwrap_or_else(|wrong| unreachable!("{path}: {wrong}")).text
    }

    #[test]
    fn placeholders_keep_their_place() {
        assert_eq!(template("/compare/{base}...{head}", &[]), "/compare/{base}...{head}");
        assert_eq!(template("/a b/{user id}/{x}.json", &[]), "/a%20b/{user_id}/{x}.json");
        assert_eq!(template("/a/{id}/b/{id}", &[]), "/a/{id}/b/{id_2}");
        assert_eq!(template("/v1/{name}:cancel", &[]), "/v1/{name}:cancel");
    }

    #[test]
    fn what_takes_several_segments_is_a_rest_where_it_is_the_last() {
        let several = [json!({ "name": "path", "x-multi-segment": true })];
        assert_eq!(template("/contents/{path}", &several), "/contents/{path*}");
        assert_eq!(template("/{path}/log", &several), "/{path*}/log");
        assert_eq!(template("/{path}/log/{id}", &several), "/{path}/log/{id}");
        assert_eq!(template("/files/{rest:path}", &[]), "/files/{rest*}");
        assert_eq!(template("/v1/{name=projects/*}", &[]), "/v1/{name*}");
    }

    #[test]
    fn styles_of_the_path_are_literals() {
        let styled =
            [json!({ "name": "id", "style": "matrix" }), json!({ "name": "kind", "style": "label" })];
        assert_eq!(template("/a/{id}/{kind}", &styled), "/a/;id={id}/.{kind}");
    }

    #[test]
    fn a_query_in_the_path_is_one() {
        let read = read("/a?action=get&id={id}#part", &[]).unwrap();
        assert_eq!(read.text, "/a");
        assert_eq!(read.query, [("action".into(), "get".into()), ("id".into(), "{id}".into())]);
    }
}
