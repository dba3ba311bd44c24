//! Pages: by the settings, or by the extensions of vendors that say the same. Nothing is guessed.

use serde_json::Value;

use crate::settings::Pages;

/// Whether this crate writes `items`, `more`, and the ways `url`, `header`, `last` and `offset`.
const HAS_ALL_WAYS: bool = false;

/// The pages of an operation as the document's extensions describe them.
pub(crate) fn of_extensions(operation: &Value) -> Option<Pages> {
    microsoft(&operation["x-ms-pageable"])
        .or_else(|| speakeasy(&operation["x-speakeasy-pagination"]))
        .or_else(|| fern(&operation["x-fern-pagination"]))
}

/// AutoRest: a URL in the body.
fn microsoft(extension: &Value) -> Option<Pages> {
    let next = extension["nextLinkName"].as_str()?;
    let items = extension["itemName"].as_str().unwrap_or("value");
    Some(Pages { url: Some(format!("/{next}")), items: Some(format!("/{items}")), ..Pages::default() })
}

/// Speakeasy: `inputs` are parameters, `outputs` are paths of JSONPath.
fn speakeasy(extension: &Value) -> Option<Pages> {
    let input = |kind: &str| {
        let inputs = extension["inputs"].as_array().into_iter().flatten();
        let mut found =
            inputs.filter(|input| input["type"] == kind).filter_map(|input| input["name"].as_str());
        found.next().map(str::to_owned)
    };
    let output = |key: &str| extension["outputs"][key].as_str().and_then(pointer);
    let items = output("results");
    match extension["type"].as_str()? {
        "cursor" => Some(Pages {
            cursor: Some(output("nextCursor")?),
            into: input("cursor"),
            items,
            ..Pages::default()
        }),
        "url" => Some(Pages { url: Some(output("nextUrl")?), items, ..Pages::default() }),
        "offsetLimit" => match (input("page"), input("offset")) {
            (Some(page), _) => Some(Pages { number: Some(page), items, ..Pages::default() }),
            (None, Some(offset)) => Some(Pages { offset: Some(offset), items, ..Pages::default() }),
            (None, None) => None,
        },
        _ => None,
    }
}

/// Fern: `$request.x` and `$response.y`.
fn fern(extension: &Value) -> Option<Pages> {
    let request = |key: &str| extension[key].as_str()?.strip_prefix("$request.").map(str::to_owned);
    let response = |key: &str| {
        extension[key].as_str()?.strip_prefix("$response.").and_then(|path| pointer(&format!("$.{path}")))
    };
    let items = response("results");
    if let Some(next) = response("next_cursor") {
        return Some(Pages { cursor: Some(next), into: request("cursor"), items, ..Pages::default() });
    }
    request("offset").map(|number| Pages { number: Some(number), items, ..Pages::default() })
}

/// `$.meta.next` as a JSON pointer.
fn pointer(path: &str) -> Option<String> {
    let path = path.strip_prefix('$')?;
    let is_plain = path.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-'));
    is_plain.then(|| path.replace('.', "/"))
}

/// The attribute that says so, and whether the method gives items; an error says what the language lacks.
pub(crate) fn attribute(pages: &Pages) -> Result<(String, bool), String> {
    let text = |text: &String| format!("{text:?}");
    let mut words = Vec::new();
    let ways = [
        ("url", &pages.url),
        ("cursor", &pages.cursor),
        ("header", &pages.header),
        ("last", &pages.last),
        ("number", &pages.number),
        ("offset", &pages.offset),
    ];
    if pages.link {
        words.push("link".to_owned());
    }
    for (word, value) in ways {
        let Some(value) = value else { continue };
        let is_known = HAS_ALL_WAYS || matches!(word, "cursor" | "number");
        if !is_known {
            return Err(format!(
                "pages by `{word}`: this generator does not write that way yet, so the method gives one page"
            ));
        }
        words.push(format!("{word} = {}", text(value)));
    }
    if words.len() != 1 {
        return Err("pages by more or less than one way: the method gives one page".to_owned());
    }
    if let Some(into) = &pages.into {
        words.push(format!("into = {}", text(into)));
    }
    if HAS_ALL_WAYS {
        words.extend(pages.items.as_ref().map(|items| format!("items = {}", text(items))));
        words.extend(pages.more.as_ref().map(|more| format!("more = {}", text(more))));
    }
    Ok((format!("#[pages({})]", words.join(", ")), HAS_ALL_WAYS && pages.items.is_some()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn extensions_of_vendors_say_where_the_next_page_is() {
        let cursor = json!({ "x-speakeasy-pagination": {
            "type": "cursor",
            "inputs": [{ "name": "after", "in": "parameters", "type": "cursor" }],
            "outputs": { "results": "$.data", "nextCursor": "$.meta.next" },
        } });
        let pages = of_extensions(&cursor).unwrap();
        assert_eq!(
            attribute(&pages),
            Ok(("#[pages(cursor = \"/meta/next\", into = \"after\")]".to_owned(), false))
        );
        let fern =
            json!({ "x-fern-pagination": { "offset": "$request.page", "results": "$response.items" } });
        assert_eq!(
            attribute(&of_extensions(&fern).unwrap()),
            Ok(("#[pages(number = \"page\")]".to_owned(), false))
        );
        let microsoft = json!({ "x-ms-pageable": { "nextLinkName": "nextLink" } });
        assert_eq!(of_extensions(&microsoft).unwrap().url.as_deref(), Some("/nextLink"));
        assert_eq!(of_extensions(&json!({ "x-ms-pageable": { "nextLinkName": null } })), None);
        assert_eq!(of_extensions(&json!({})), None);
    }
}
