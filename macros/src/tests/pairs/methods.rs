//! Tests pairs of attributes on a method and its parameters.

use super::row::{Row, check, expanded, pairs, row};

pub(super) const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request"];

/// Two HTTP method attributes on one method are always rejected.
pub(super) const ON_METHOD: &[Row] = &[
    row("get", "#[get(\"/a\")]", "\"GET\"", &["json", "form", "idempotent"]),
    row("post", "#[post(\"/a\")]", "\"POST\"", &[]),
    row("put", "#[put(\"/a\")]", "\"PUT\"", &["idempotent"]),
    row("patch", "#[patch(\"/a\")]", "\"PATCH\"", &[]),
    row("delete", "#[delete(\"/a\")]", "\"DELETE\"", &["idempotent"]),
    row(
        "head",
        "#[head(\"/a\")]",
        "\"HEAD\"",
        &["json", "form", "idempotent", "pages", "expired_when", "forbidden_when"],
    ),
    row("options", "#[options(\"/a\")]", "\"OPTIONS\"", &["idempotent"]),
    row("request", "#[request(\"REPORT\", \"/a\")]", "\"REPORT\"", &[]),
    row("login", "#[login]", ".login()", WITH_ROLE),
    row("refresh", "#[refresh]", ".refresh()", WITH_ROLE),
    row("logout", "#[logout]", ".logout()", WITH_LOGOUT),
    row(
        "public",
        "#[public]",
        ".public()",
        &["public", "no_replay", "refresh_on", "expired_when", "forbidden_when"],
    ),
    row("no_replay", "#[no_replay]", ".no_replay()", &["no_replay", "idempotent", "idempotency_key"]),
    row("refresh_on", "#[refresh_on(403)]", ".refresh_on(&[403])", &["refresh_on"]),
    row("expired_when", "#[expired_when(json(\"/e\") == 1)]", ".expired_when(", &["expired_when"]),
    row("forbidden_when", "#[forbidden_when(json(\"/f\") == 1)]", ".forbidden_when(", &["forbidden_when"]),
    row("timeout", "#[timeout(\"5s\")]", ".timeout(5000)", &["timeout"]),
    row("none_on", "#[none_on(404)]", ".none_on(&[404])", &["none_on", "pages"]),
    row("pages", "#[pages(link)]", ".pages(", &["pages"]),
    row("idempotent", "#[idempotent]", ".idempotent()", &["idempotent", "idempotency_key"]),
    row("idempotency_key", "#[idempotency_key]", ".idempotency_key(", &["idempotency_key"]),
    row("header", "#[header(\"x-a\" = \"1\")]", ".header(\"x-a\",\"1\")", &["header"]),
    // A repeated query or form constant is sent twice.
    row("query", "#[query(\"a\" = \"1\")]", ".query(\"a\",\"1\")", &[]),
    row("json", "#[json(\"a\" = \"1\")]", ".json_member(\"a\",\"1\")", &["json", "form"]),
    row("form", "#[form(\"a\" = \"1\")]", ".form_member(\"a\",\"1\")", &[]),
];

const WITH_ROLE: &[&str] = &[
    "login",
    "refresh",
    "logout",
    "public",
    "no_replay",
    "refresh_on",
    "expired_when",
    "forbidden_when",
    "none_on",
    "pages",
    "idempotent",
    "idempotency_key",
];

/// A logout request can be sent without a credential.
const WITH_LOGOUT: &[&str] = &[
    "logout",
    "no_replay",
    "refresh_on",
    "expired_when",
    "forbidden_when",
    "none_on",
    "pages",
    "idempotent",
    "idempotency_key",
];

/// The first of two parameters has the name `x`, and the second parameter has the name `y`.
pub(super) const ON_PARAMETER: &[Row] = &[
    row("path", "#[path(\"@\")]", ".path(\"@\",", &[]),
    row("query", "#[query(\"@\")]", ".named_query(\"@\",", &[]),
    row("bare query", "#[query]", ".query(\"@\",", &[]),
    row("header", "#[header(\"x-@\")]", ".header(\"x-@\",", &[]),
    row("headers", "#[header]", ".headers(&@)", &[]),
    row("cookie", "#[cookie(\"@\")]", ".cookie(\"@\",", &[]),
    row("json", "#[json]", ".json(&@)", &["json", "json member", "form", "form member", "part", "body"]),
    row("json member", "#[json(\"@\")]", ".json_member(\"@\",", &["form", "form member", "part", "body"]),
    row("form", "#[form]", ".form(&@)", &["form", "form member", "part", "body"]),
    row("form member", "#[form(\"@\")]", ".form_member(\"@\",", &["part", "body"]),
    row("part", "#[part(\"@\")]", ".part(\"@\",", &["body"]),
    row("body", "#[body]", ".body(@)", &["body"]),
];

#[test]
fn every_pair_of_method_attributes_has_both_meanings_or_is_refused() {
    for (one, other) in pairs(ON_METHOD) {
        let is_verb = |row: &Row| VERBS.contains(&row.name);
        let verb = if is_verb(one) || is_verb(other) { "" } else { "#[post(\"/a\")]" };
        let item = format!(
            "trait Shop {{ {} {} {verb} async fn a(&self) -> Result<u8>; }}",
            one.written, other.written
        );
        let is_refused = is_verb(one) && is_verb(other) || one.refuses.contains(&other.name);
        let traces = [one, other].map(|row| row.trace.to_owned());
        check(&format!("{} with {}", one.name, other.name), &expanded("", &item), is_refused, &traces);
    }
}

#[test]
fn a_parameter_has_one_place() {
    for (one, other) in pairs(ON_PARAMETER) {
        let [one, other] = [one, other].map(|row| row.written.replace('@', "x"));
        let item = format!(
            "trait Shop {{ #[post(\"/{{x}}\")] async fn a(&self, {one} {other} x: u8) -> Result<u8>; }}"
        );
        check(&format!("{one} {other}"), &expanded("", &item), true, &[]);
    }
}

#[test]
fn every_pair_of_parameters_has_both_meanings_or_is_refused() {
    for (one, other) in pairs(ON_PARAMETER) {
        let written = [(one, "x"), (other, "y")].map(|(row, name)| row.written.replace('@', name));
        let traces = [(one, "x"), (other, "y")].map(|(row, name)| row.trace.replace('@', name));
        let in_path =
            |row: &Row, name: &str| if row.name == "path" { format!("/{{{name}}}") } else { String::new() };
        let path = format!("/a{}{}", in_path(one, "x"), in_path(other, "y"));
        let [first, second] = &written;
        let item = format!(
            "trait Shop {{ #[post(\"{path}\")] async fn a(&self, {first} x: u8, {second} y: u8) -> Result<u8>; }}"
        );
        let is_refused = one.refuses.contains(&other.name);
        check(&format!("{first} with {second}"), &expanded("", &item), is_refused, &traces);
    }
}

#[test]
fn every_method_attribute_goes_with_every_parameter_or_is_refused() {
    const BODIES: &[&str] = &["json", "json member", "form", "form member", "part", "body"];
    for method in ON_METHOD {
        for param in ON_PARAMETER {
            let (written, trace) = (param.written.replace('@', "x"), param.trace.replace('@', "x"));
            let path = if param.name == "path" { "/a/{x}" } else { "/a" };
            let is_verb = VERBS.contains(&method.name);
            let attribute = method.written.replace("/a", path);
            let verb = if is_verb { String::new() } else { format!("#[post(\"{path}\")]") };
            let item = format!(
                "trait Shop {{ {attribute} {verb} async fn a(&self, {written} x: u8) -> Result<u8>; }}"
            );
            let is_refused = match method.name {
                "get" | "head" => BODIES.contains(&param.name),
                // Several JSON fields form one body, and so do several form fields, whether a parameter or a constant
                // sets them.
                "json" => BODIES.contains(&param.name) && param.name != "json member",
                "form" => BODIES.contains(&param.name) && param.name != "form member",
                _ => false,
            };
            // The session can supply the value of any logout parameter except `headers`, which is an entire
            // `HeaderMap`.
            let trace = match method.name {
                "logout" if param.name != "headers" => trace.replace("(&x)", "(__afresh_current)"),
                _ => trace,
            };
            let traces = [method.trace.to_owned(), trace];
            check(&format!("{attribute} with {written}"), &expanded("", &item), is_refused, &traces);
        }
    }
}

/// Each HTTP method attribute is tested with the path in its row of the table. All other method attributes are tested
/// together with `post`.
#[test]
fn every_attribute_has_its_meaning_alone() {
    for method in ON_METHOD {
        let verb = if VERBS.contains(&method.name) { "" } else { "#[post(\"/a\")]" };
        let item = format!("trait Shop {{ {} {verb} async fn a(&self) -> Result<u8>; }}", method.written);
        check(method.name, &expanded("", &item), false, &[method.trace.to_owned()]);
    }
    for param in ON_PARAMETER {
        let (written, trace) = (param.written.replace('@', "x"), param.trace.replace('@', "x"));
        let path = if param.name == "path" { "/a/{x}" } else { "/a" };
        let item =
            format!("trait Shop {{ #[post(\"{path}\")] async fn a(&self, {written} x: u8) -> Result<u8>; }}");
        check(param.name, &expanded("", &item), false, &[trace]);
    }
}

/// The `bearer` attribute is allowed only on parameters of `#[refresh]` methods and of `#[logout]` methods that are
/// also `#[public]`. `bearer` sets the header `authorization`.
#[test]
fn bearer_goes_with_every_parameter_of_a_filled_method() {
    for param in ON_PARAMETER {
        let written = param.written.replace('@', "x");
        let path = if param.name == "path" { "/a/{x}" } else { "/a" };
        for (role, is_refused) in [
            ("#[refresh]", false),
            ("#[logout] #[public]", false),
            ("#[logout]", true),
            ("#[login]", true),
            ("", true),
        ] {
            let item = format!(
                "trait Shop {{ #[login] #[post(\"/l\")] async fn l(&self) -> Result<Tokens>; \
                 {role} #[post(\"{path}\")] async fn a(&self, #[bearer] b: RefreshToken, {written} x: u8) -> Result<Tokens>; }}"
            );
            check(
                &format!("{role} bearer with {written}"),
                &expanded("", &item),
                is_refused,
                &[".bearer(".to_owned()],
            );
        }
    }
}

#[test]
fn every_attribute_has_a_row() {
    use crate::syntax::tables::{KINDS, method_attributes};
    let has = |rows: &[Row], word: &str| rows.iter().any(|row| row.name == word);
    let missing: Vec<&str> = method_attributes().into_iter().filter(|word| !has(ON_METHOD, word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // The attribute `bearer` has a separate test.
    let kinds = KINDS.iter().map(|kind| kind.name).filter(|word| *word != "bearer");
    let missing: Vec<&str> = kinds.filter(|word| !has(ON_PARAMETER, word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
