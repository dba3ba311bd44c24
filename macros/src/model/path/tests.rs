//! Tests that valid templates are parsed and displayed, and that invalid templates are rejected.

use super::error::PathError;
use super::template::PathTemplate;

fn split(text: &str) -> (Vec<String>, Vec<String>) {
    let template = PathTemplate::parse(text).unwrap_or_else(|wrong| unreachable!("{text}: {wrong}"));
    let placeholders = template.placeholders().into_iter().map(str::to_owned).collect();
    (template.literals().to_vec(), placeholders)
}

fn wrong(text: &str) -> String {
    PathTemplate::parse(text).map_or_else(|wrong| wrong.to_string(), |fine| format!("{text} became {fine:?}"))
}

#[test]
fn a_plain_path_is_one_literal() {
    assert_eq!(split("/orders"), (vec!["/orders".into()], vec![]), "literals and placeholders");
    assert_eq!(split("/"), (vec!["/".into()], vec![]), "literals and placeholders");
}

#[test]
fn placeholders_separate_literals() {
    let (literals, placeholders) = split("/orders/{id}/lines/{line-no}");
    assert_eq!(literals, ["/orders/", "/lines/", ""]);
    assert_eq!(placeholders, ["id", "line-no"]);
}

#[test]
fn a_segment_may_mix_placeholders_and_literals() {
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
    let joined =
        PathTemplate::parse("/{tenant}/v2").and_then(|prefix| prefix.join(&PathTemplate::parse("/a/{id}")?));
    let joined = joined.unwrap_or_else(|wrong| unreachable!("{wrong}"));
    assert_eq!(joined.literals(), ["/", "/v2/a/", ""]);
    assert_eq!(joined.placeholders(), ["tenant", "id"]);
}

#[test]
fn a_rest_placeholder_matches_several_segments_and_literals_may_follow() {
    for text in ["/files/{path*}", "/{owner}/{path*}", "/files/{path*}/meta"] {
        let template = PathTemplate::parse(text).unwrap_or_else(|wrong| unreachable!("{text}: {wrong}"));
        assert_eq!(template.rest(), Some("path"), "{text}");
        assert!(template.has("path"), "{text}");
    }
    assert_eq!(PathTemplate::parse("/files/{path}").map(|path| path.rest().is_none()), Ok(true));
}

#[test]
fn no_placeholder_may_follow_a_rest_placeholder_of_the_prefix() {
    let prefix = PathTemplate::parse("/{rest*}");
    let joined = prefix.and_then(|prefix| prefix.join(&PathTemplate::parse("/{id}")?));
    assert_eq!(joined, Err(PathError::RestNotLast("rest".into())));
}

#[test]
fn other_notations_for_one_segment_get_a_help() {
    let help = |text: &str| PathTemplate::parse(text).err().and_then(|wrong| wrong.help());
    for text in [
        "/${id}",
        "/{{id}}",
        "/:id",
        "/:id?",
        "/<id>",
        "/<int:id>",
        "/[id]",
        "/{id:int}",
        "/{id: u64}",
        "/{id:>08}",
    ] {
        assert_eq!(help(text).as_deref(), Some("write `{id}`"), "{text}");
    }
    for text in ["/{id?}", "/{ id }", "/{self.id}", "/{id:[0-9]+}"] {
        assert_eq!(help(text).as_deref(), Some("write `{id}`"), "{text}");
    }
    for text in ["/*rest", "/**rest", "/[...rest]", "/[[...rest]]", "/<path:rest>"] {
        assert_eq!(help(text).as_deref(), Some("write `{rest*}`"), "{text}");
    }
    assert_eq!(
        help("https://shop.example/orders").as_deref(),
        Some("write `/orders`, and pass `https://shop.example` to the client's `builder` function")
    );
    assert_eq!(help("orders").as_deref(), Some("write `/orders`"));
}

#[test]
fn dollars_colons_and_stars_that_are_no_placeholders_stay() {
    for text in [
        "/orders/$count",
        "/v1/{id}:cancel",
        "/a*b",
        "/*",
        "/a:b",
        "/{owner}:{name}",
        "/x[0]",
        "/%20",
        "/@{name}",
    ] {
        assert!(PathTemplate::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn other_notations_for_several_segments_get_a_help() {
    for text in [
        "/{*rest}",
        "/{rest**}",
        "/{rest+}",
        "/{**rest}",
        "/{rest..}",
        "/{...rest}",
        "/{rest:.*}",
        "/{rest:path}",
    ] {
        let help = PathTemplate::parse(text).err().and_then(|wrong| wrong.help());
        assert_eq!(help.as_deref(), Some("to match several segments, write `{rest*}`"), "{text}");
    }
}

#[test]
fn an_empty_path_leaves_the_prefix() {
    let joined = PathTemplate::parse("/orders").and_then(|prefix| prefix.join(&PathTemplate::empty()));
    assert_eq!(joined.map(|path| path.to_string()).as_deref(), Ok("/orders"));
}

#[test]
fn prefix_and_path_cannot_have_the_same_placeholder() {
    let joined = PathTemplate::parse("/{id}").and_then(|prefix| prefix.join(&PathTemplate::parse("/{id}")?));
    assert_eq!(joined, Err(PathError::DuplicatePlaceholder("id".into())));
}

#[test]
fn every_error_has_its_own_message() {
    for (text, expected) in [
        ("", "path must start with `/`"),
        ("orders", "path must start with `/`"),
        ("https://shop.example/orders", "path must start with `/`, not with an origin"),
        ("//evil.example/orders", "path must not start with `//`"),
        ("/orders/{id", "unclosed `{` in path"),
        ("/orders/{id/{x}", "unclosed `{` in path"),
        ("/orders/id}", "unopened `}` in path"),
        ("/orders/{id}}", "unopened `}` in path"),
        ("/orders/${id}", "`${id}` is not a path placeholder"),
        ("/orders/#{id}", "`#{id}` is not a path placeholder"),
        ("/orders/{{id}}", "`{{id}}` is not a path placeholder"),
        ("/orders/:id", "`:id` is not a path placeholder"),
        ("/orders/:id.json", "`:id` is not a path placeholder"),
        ("/orders/*id", "`*id` is not a path placeholder"),
        ("/orders/<int:id>/lines", "`<int:id>` is not a path placeholder"),
        ("/orders/[id]", "`[id]` is not a path placeholder"),
        ("/orders/{id..}", "`id..` is not a valid placeholder name"),
        ("/orders/{self.id}", "`self.id` is not a valid placeholder name"),
        ("/orders/%zz", "`%` in path must be followed by two hexadecimal digits"),
        ("/orders/100%", "`%` in path must be followed by two hexadecimal digits"),
        ("/orders/%2{id}", "`%` in path must be followed by two hexadecimal digits"),
        ("/orders/{}", "empty path placeholder"),
        ("/orders/{*}", "empty path placeholder"),
        ("/orders/{*rest}", "`*rest` is not a valid placeholder name"),
        ("/orders/{rest**}", "`rest**` is not a valid placeholder name"),
        ("/orders/{rest*}/{id}", "path placeholder `{rest*}` must be the last placeholder"),
        ("/{id}/{id*}", "duplicate path placeholder `{id}`"),
        ("/orders/{id:[0-9]+}", "`id:[0-9]+` is not a valid placeholder name"),
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
fn dots_within_a_segment_are_allowed() {
    for text in ["/a.b", "/...", "/.well-known/x", "/v1./{id}..", "/.{format}"] {
        assert!(PathTemplate::parse(text).is_ok(), "{text}");
    }
}
