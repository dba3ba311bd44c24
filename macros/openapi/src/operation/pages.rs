//! Reads an operation's pagination settings from the overrides file or from vendor extensions. The generator never
//! guesses how an operation is paginated.

use serde_json::Value;

use crate::model::{Answer, Kind, Ty};
use crate::schema::Types;
use crate::settings::Pages;
use crate::source::{escape, unescape};

type Reader = fn(&Value) -> Option<Pages>;

/// The extensions that describe pagination, each with the function that reads it.
const EXTENSIONS: &[(&str, Reader)] =
    &[("x-ms-pageable", microsoft), ("x-speakeasy-pagination", speakeasy), ("x-fern-pagination", fern)];

/// Returns the pagination that an operation's extensions describe. If an extension cannot be read, the error contains
/// the name of that extension.
pub(crate) fn of_extensions(operation: &Value) -> Result<Option<Pages>, String> {
    let mut unread = Ok(None);
    for (key, read) in EXTENSIONS {
        let extension = &operation[*key];
        match read(extension) {
            Some(pages) => return Ok(Some(pages)),
            // An `x-ms-pageable` with a null `nextLinkName` means that all items are on one page.
            None if !extension.is_object()
                || extension["nextLinkName"] == Value::Null && *key == "x-ms-pageable" => {}
            None => {
                unread = Err(format!("the extension `{key}` cannot be used, so the method returns one page"));
            }
        }
    }
    unread
}

/// Reads AutoRest's extension, which names the body field that contains the next page's URL.
fn microsoft(extension: &Value) -> Option<Pages> {
    let member = |name: &str| format!("/{}", escape(name));
    let next = extension["nextLinkName"].as_str()?;
    let items = extension["itemName"].as_str().unwrap_or("value");
    Some(Pages { url: Some(member(next)), items: Some(member(items)), ..Pages::default() })
}

/// Reads Speakeasy's extension, in which `inputs` are parameters and `outputs` are JSONPath expressions.
fn speakeasy(extension: &Value) -> Option<Pages> {
    let input = |kind: &str| {
        let inputs = extension["inputs"].as_array().into_iter().flatten();
        // `#[pages]` has no argument for a cursor in the request body.
        let mut found = inputs.filter(|input| input["type"] == kind && input["in"] != "requestBody");
        found.next()?["name"].as_str().map(str::to_owned)
    };
    let output = |key: &str| extension["outputs"][key].as_str();
    let items = output("results").and_then(pointer);
    match extension["type"].as_str()? {
        "cursor" => {
            let (into, next) = (Some(input("cursor")?), output("nextCursor")?);
            if let Some((items, last)) = of_the_last(next) {
                return Some(Pages { last: Some(last), into, items, ..Pages::default() });
            }
            Some(Pages { cursor: Some(pointer(next)?), into, items, ..Pages::default() })
        }
        "url" => Some(Pages { url: Some(output("nextUrl").and_then(pointer)?), items, ..Pages::default() }),
        "offsetLimit" => match (input("page"), input("offset")) {
            (Some(page), _) => Some(Pages { number: Some(page), items, ..Pages::default() }),
            (None, Some(offset)) => Some(Pages { offset: Some(offset), items, ..Pages::default() }),
            (None, None) => None,
        },
        _ => None,
    }
}

/// Reads Fern's extension, which contains expressions such as `$request.x` and `$response.y`. If Fern's extension has a
/// `step`, the offset counts items; otherwise, the offset counts pages.
fn fern(extension: &Value) -> Option<Pages> {
    let request = |key: &str| extension[key].as_str()?.strip_prefix("$request.").map(str::to_owned);
    let response = |key: &str| {
        extension[key].as_str()?.strip_prefix("$response.").and_then(|path| pointer(&format!("$.{path}")))
    };
    let rest = Pages { items: response("results"), more: response("has-next-page"), ..Pages::default() };
    if let Some(next) = response("next_cursor") {
        return Some(Pages { cursor: Some(next), into: Some(request("cursor")?), ..rest });
    }
    if let Some(next) = response("next_uri") {
        return Some(Pages { url: Some(next), ..rest });
    }
    let counted = request("offset")?;
    Some(match request("step") {
        Some(_) => Pages { offset: Some(counted), ..rest },
        None => Pages { number: Some(counted), ..rest },
    })
}

/// Converts a JSONPath expression such as `$.meta.next` to a JSON pointer.
fn pointer(path: &str) -> Option<String> {
    let path = path.strip_prefix('$')?;
    let is_plain = path.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-'));
    is_plain.then(|| path.replace('.', "/"))
}

/// Splits a path such as `$.data[-1].id` into a pointer to the list and a pointer to a field of the last item. If the
/// page itself is the list, the pointer to the list is `None`.
fn of_the_last(path: &str) -> Option<(Option<String>, String)> {
    let (list, field) = path.split_once("[-1]").or_else(|| path.split_once("[(@.length-1)]"))?;
    let list = pointer(list)?;
    Some(((!list.is_empty()).then_some(list), pointer(&format!("${field}"))?))
}

/// An operation's `#[pages]` attribute, and the kind of value that the paginated method returns.
#[derive(Debug, PartialEq)]
pub(crate) struct Paged {
    pub(crate) attribute: String,
    pub(crate) answer: Answer,
}

/// Returns the `#[pages]` attribute and the kind of return value for an operation whose response type is `page`. If the
/// method cannot request further pages of a list, the error explains why.
pub(crate) fn lower(types: &mut Types, pages: &Pages, page: &Ty) -> Result<Paged, String> {
    let mut words = vec![way(types, pages, page)?];
    if let Some(into) = &pages.into {
        words.push(format!("into = {into:?}"));
    }
    let mut list = list_item(types, page);
    if let Some(items) = &pages.items {
        let (path, found) = follow(types, page, items);
        words.push(format!("items = {path:?}"));
        list = found.and_then(|found| list_item(types, &found));
    }
    if let Some(more) = &pages.more {
        words.push(format!("more = {:?}", follow(types, page, more).0));
    }
    if pages.rebase {
        words.push("rebase".to_owned());
    }
    match &pages.items {
        Some(items) if list.is_none() && !pages.whole => {
            types.lose(format!("the response has no list at `{items}`, so the method returns whole pages"));
        }
        None if list.is_none() && pages.counts_items() => {
            return Err("`pages` needs the list of items, but the response is not a list, so the method returns one page"
                .to_owned());
        }
        _ => {}
    }
    let answer = match list {
        Some(item) if !pages.whole => Answer::Items(item),
        _ => Answer::Pages(page.clone()),
    };
    Ok(Paged { attribute: format!("#[pages({})]", words.join(", ")), answer })
}

impl Pages {
    /// Returns whether finding the next page requires the items of the current page.
    fn counts_items(&self) -> bool {
        self.last.is_some() || self.number.is_some() || self.offset.is_some()
    }
}

/// Returns the `#[pages]` argument that specifies how to find the next page.
fn way(types: &Types, pages: &Pages, page: &Ty) -> Result<String, String> {
    let in_page = |pointer: &String| follow(types, page, pointer).0;
    let ways = [
        ("link", pages.link.then(String::new)),
        ("url", pages.url.as_ref().map(in_page)),
        ("cursor", pages.cursor.as_ref().map(in_page)),
        ("header", pages.header.clone()),
        ("last", pages.last.clone()),
        ("number", pages.number.clone()),
        ("offset", pages.offset.clone()),
    ];
    let mut given = ways.into_iter().filter_map(|(word, value)| Some((word, value?)));
    let (Some((word, value)), None) = (given.next(), given.next()) else {
        return Err(
            "`pages` does not specify exactly one way to find the next page, so the method returns one page"
                .to_owned(),
        );
    };
    if pages.into.is_none() && matches!(word, "header" | "last") {
        return Err(format!("`{word}` in `pages` needs `into`, so the method returns one page"));
    }
    if pages.into.is_some() && !matches!(word, "cursor" | "header" | "last") {
        return Err(format!("`into` in `pages` has no effect with `{word}`, so the method returns one page"));
    }
    if pages.rebase && !matches!(word, "link" | "url") {
        return Err(format!(
            "`rebase` in `pages` has no effect with `{word}`, so the method returns one page"
        ));
    }
    Ok(if value.is_empty() { word.to_owned() } else { format!("{word} = {value:?}") })
}

/// Returns `pointer` with a `?` after each step that is an optional property. The second returned value is the type of
/// the pointer's target, or `None` if the document does not describe the target.
fn follow(types: &Types, page: &Ty, pointer: &str) -> (String, Option<Ty>) {
    let mut path = String::new();
    let mut found = Some(page.clone());
    let mut steps = pointer.split('/').skip(1).peekable();
    while let Some(step) = steps.next() {
        let key = unescape(step.strip_suffix('?').unwrap_or(step));
        let member = found.as_ref().and_then(|ty| member(types, ty, &key));
        path += "/";
        path += step;
        let may_be_missing = member.as_ref().is_some_and(|(_, required)| !required);
        if may_be_missing && steps.peek().is_some() && !step.ends_with('?') {
            path.push('?');
        }
        found = member.map(|(ty, _)| ty);
    }
    (path, found)
}

fn member(types: &Types, ty: &Ty, key: &str) -> Option<(Ty, bool)> {
    if let Ty::Map(item) = ty {
        return Some(((**item).clone(), false));
    }
    let Kind::Struct { fields, .. } = types.kind(ty)? else { return None };
    let field = fields.iter().find(|field| field.key == key)?;
    Some(match &field.ty {
        Ty::Optional(inner) => ((**inner).clone(), false),
        ty => (ty.clone(), field.required),
    })
}

fn list_item(types: &Types, ty: &Ty) -> Option<Ty> {
    match ty {
        Ty::List(item) => Some((**item).clone()),
        Ty::Optional(inner) | Ty::Boxed(inner) => list_item(types, inner),
        _ => match types.kind(ty)? {
            Kind::Newtype(inner @ Ty::List(_)) => list_item(types, inner),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn speakeasy(inputs: &Value, outputs: &Value, kind: &str) -> Pages {
        let extension = json!({ "type": kind, "inputs": inputs, "outputs": outputs });
        of_extensions(&json!({ "x-speakeasy-pagination": extension })).unwrap().unwrap()
    }

    #[test]
    fn speakeasy_says_it_by_paths() {
        let after = json!([{ "name": "after", "in": "parameters", "type": "cursor" }]);
        let pages = speakeasy(&after, &json!({ "results": "$.data", "nextCursor": "$.meta.next" }), "cursor");
        let text = |text: &str| Some(text.to_owned());
        let expected = Pages { into: text("after"), items: text("/data"), ..Pages::default() };
        assert_eq!(pages, Pages { cursor: text("/meta/next"), ..expected.clone() });
        let pages = speakeasy(&after, &json!({ "nextCursor": "$.data[-1].id" }), "cursor");
        assert_eq!(pages, Pages { last: text("/id"), ..expected.clone() });
        let pages = speakeasy(&after, &json!({ "nextCursor": "$[(@.length-1)].id" }), "cursor");
        assert_eq!(pages, Pages { last: text("/id"), items: None, ..expected });
        let pages = speakeasy(&json!([]), &json!({ "results": "$.data", "nextUrl": "$.next" }), "url");
        assert_eq!(pages, Pages { url: text("/next"), items: text("/data"), ..Pages::default() });
        let offset = json!([{ "name": "skip", "type": "offset" }]);
        assert_eq!(
            speakeasy(&offset, &json!({}), "offsetLimit"),
            Pages { offset: text("skip"), ..Pages::default() }
        );
    }

    #[test]
    fn fern_counts_items_with_a_step_and_pages_without() {
        let fern =
            |extension: Value| of_extensions(&json!({ "x-fern-pagination": extension })).unwrap().unwrap();
        let text = |text: &str| Some(text.to_owned());
        let counted = json!({ "offset": "$request.page", "results": "$response.items" });
        let expected = Pages { number: text("page"), items: text("/items"), ..Pages::default() };
        assert_eq!(fern(counted), expected);
        let with_step =
            json!({ "offset": "$request.at", "step": "$request.size", "has-next-page": "$response.more" });
        assert_eq!(fern(with_step), Pages { offset: text("at"), more: text("/more"), ..Pages::default() });
        let cursor = json!({ "cursor": "$request.c", "next_cursor": "$response.page.next" });
        assert_eq!(fern(cursor), Pages { cursor: text("/page/next"), into: text("c"), ..Pages::default() });
    }

    #[test]
    fn microsoft_names_members() {
        let pageable = |extension: Value| of_extensions(&json!({ "x-ms-pageable": extension }));
        let pages = pageable(json!({ "nextLinkName": "@odata.nextLink" })).unwrap().unwrap();
        assert_eq!(pages.url.as_deref(), Some("/@odata.nextLink"));
        assert_eq!(pages.items.as_deref(), Some("/value"));
        assert_eq!(pageable(json!({ "nextLinkName": null })), Ok(None));
        assert_eq!(of_extensions(&json!({})), Ok(None));
    }

    #[test]
    fn pages_through_a_body_are_a_loss() {
        let inputs = json!([{ "name": "after", "in": "requestBody", "type": "cursor" }]);
        let extension = json!({ "type": "cursor", "inputs": inputs, "outputs": { "nextCursor": "$.next" } });
        let read = of_extensions(&json!({ "x-speakeasy-pagination": extension }));
        assert!(read.unwrap_err().contains("`x-speakeasy-pagination`"));
    }
}
