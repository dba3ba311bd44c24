//! Compares every part of a request with the requests that curl and a browser send for the same values.
//! `formats/record.py` recorded those requests. If the client intentionally differs from curl and browsers, the test's
//! doc comment gives the reason.

use std::collections::BTreeMap;

use afresh::{Part, Result, api};
use serde::{Deserialize, Serialize, Serializer};

use crate::sockets::server::{Request, Server, values};

#[derive(Deserialize)]
struct Sent {
    method: String,
    target: String,
    #[serde(default)]
    body: String,
    #[serde(rename = "content-type")]
    content_type: Option<String>,
    #[serde(rename = "content-length")]
    content_length: Option<String>,
    cookie: Option<String>,
}

/// The recorded requests in order, keyed by the first path segment.
type Agent = BTreeMap<String, Vec<Sent>>;

#[derive(Deserialize)]
struct Recorded {
    values: Vec<String>,
    curl: Agent,
    browser: Agent,
}

fn recorded() -> Recorded {
    serde_json::from_str(include_str!("../../../formats/recorded.json")).unwrap()
}

/// The fields of the forms on the recorded web page. Each field's name is `v` followed by the field's value.
struct Pairs(Vec<String>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|value| (format!("v{value}"), value)))
    }
}

#[api]
trait Formats {
    #[get("/query")]
    async fn query(&self, #[query] pairs: &Pairs) -> Result<()>;

    #[get("/query")]
    async fn repeated(&self, #[query] v: &[String]) -> Result<()>;

    #[post("/form")]
    async fn form(&self, #[form] pairs: &Pairs) -> Result<()>;

    #[post("/form")]
    async fn repeated_form(&self, #[form("v")] v: &[String]) -> Result<()>;

    #[get("/component/{value}")]
    async fn segment(&self, value: &str) -> Result<()>;

    #[get("/cookie")]
    async fn cookie(&self, #[cookie("k")] value: &str, #[cookie] more: Option<u8>) -> Result<()>;

    #[post("/multipart")]
    async fn parts(&self, #[part("v")] texts: &[String], #[part("file")] files: Vec<Part>) -> Result<()>;

    #[post("/multipart")]
    #[allow(clippy::too_many_arguments, reason = "a name cannot be an argument")]
    async fn names(
        &self,
        #[part("va b")] space: &str,
        #[part("v100%")] percent: &str,
        #[part("va/b?c#d")] path: &str,
        #[part("vé")] accent: &str,
        #[part("v🦀")] emoji: &str,
        #[part("v\"q\"")] quote: &str,
        #[part("v<>{}|^`")] brackets: &str,
        #[part("va\r\nb")] line: &str,
    ) -> Result<()>;

    #[head("/empty")]
    async fn head(&self) -> Result<()>;

    #[get("/empty")]
    async fn get(&self) -> Result<()>;

    #[post("/empty")]
    async fn post(&self) -> Result<()>;

    #[put("/empty")]
    async fn put(&self, #[body] text: &str) -> Result<()>;
}

async fn api() -> (Server, FormatsClient) {
    let server = Server::content().await;
    let api = FormatsClient::builder(server.url()).build().unwrap();
    (server, api)
}

fn query(target: &str) -> &str {
    target.split_once('?').unwrap().1
}

fn body(request: &Request) -> String {
    String::from_utf8(request.body().to_vec()).unwrap()
}

/// Normalizes an encoded string according to RFC 3986 §2.3: unreserved characters are not encoded, and all other bytes
/// use upper-case hex.
fn canonical(encoded: &str) -> String {
    let mut out = String::new();
    let mut rest = encoded.chars();
    while let Some(character) = rest.next() {
        match character {
            '%' => {
                let hex: String = rest.by_ref().take(2).collect();
                match u8::from_str_radix(&hex, 16).unwrap() {
                    byte @ (b'~' | b'-' | b'.' | b'_') => out.push(byte.into()),
                    byte => out.push_str(&format!("%{byte:02X}")),
                }
            }
            '+' => out.push_str("%20"),
            '!' | '*' | '\'' | '(' | ')' => out.push_str(&format!("%{:02X}", u32::from(character))),
            other => out.push(other),
        }
    }
    out
}

/// A query string contains the same pairs, in the same order, as the query string that a browser sends. The client
/// encodes a space as `%20`, which all parsers accept, and encodes every character that RFC 3986 does not list as
/// unreserved.
#[tokio::test]
async fn a_query_equals_a_browsers_and_curls_except_for_two_encodings() {
    let (recorded, (server, api)) = (recorded(), api().await);
    api.query(&Pairs(recorded.values.clone())).await.unwrap();
    let ours = server.last().uri().query().unwrap().to_owned();
    assert_eq!(ours, canonical(query(&recorded.browser["fetch-query"][0].target)));
    assert!(ours.starts_with("va%20b=a%20b&va%2Bb=a%2Bb&") && ours.contains("&v=&"), "{ours}");
    let read = |query: &str| form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>();
    assert_eq!(read(&ours), read(query(&recorded.browser["fetch-query"][0].target)));

    api.repeated(&recorded.values).await.unwrap();
    let ours = server.last().uri().query().unwrap().to_owned();
    assert_eq!(ours, canonical(query(&recorded.curl["query"][0].target)));
}

/// A form body has the same bytes as a request body that `fetch` sends for `URLSearchParams`. For a submitted HTML
/// form, a browser also converts line endings in text fields to CR LF.
#[tokio::test]
async fn a_form_equals_a_browsers_byte_for_byte() {
    let (recorded, (server, api)) = (recorded(), api().await);
    api.form(&Pairs(recorded.values.clone())).await.unwrap();
    let (ours, theirs) = (server.last(), &recorded.browser["fetch-form"][0]);
    assert_eq!(body(&ours), theirs.body);
    assert_eq!(values(&ours, "content-length"), [theirs.content_length.as_deref().unwrap()]);
    let submitted = &recorded.browser["form"][0];
    assert_eq!(values(&ours, "content-type"), [submitted.content_type.as_deref().unwrap()]);

    let without_lines = recorded.values.iter().filter(|value| !value.contains(['\r', '\n']));
    api.form(&Pairs(without_lines.cloned().collect())).await.unwrap();
    let lines = "&va%0D%0Ab=a%0D%0Ab".repeat(3);
    assert_eq!(body(&server.last()) + &lines, submitted.body);

    api.repeated_form(&recorded.values).await.unwrap();
    assert_eq!(canonical(&body(&server.last())), canonical(&recorded.curl["form"][0].body));
}

/// A path argument is encoded as `encodeURIComponent` would encode it, except that `!`, `'`, `(`, `)` and `*` are
/// encoded as well. The characters `!`, `'`, `(`, `)` and `*` are reserved (RFC 3986 §2.2), and some servers treat them
/// specially.
#[tokio::test]
async fn a_path_argument_equals_encode_uri_component() {
    let (recorded, (server, api)) = (recorded(), api().await);
    let theirs = &recorded.browser["component"];
    let sendable = recorded.values.iter().filter(|value| !value.is_empty());
    assert_eq!(sendable.clone().count(), theirs.len());
    for (value, theirs) in sendable.zip(theirs) {
        api.segment(value).await.unwrap();
        assert_eq!(server.last().uri().path(), canonical(&theirs.target), "{value:?}");
    }
}

/// A cookie value that RFC 6265 §4.1.1 allows is sent unchanged. Browsers and curl send every value, but afresh rejects
/// values that a server would reject or misread.
#[tokio::test]
async fn a_cookie_value_is_sent_unchanged_or_refused() {
    let (recorded, (server, api)) = (recorded(), api().await);
    let (mut sent, mut refused) = (Vec::new(), Vec::new());
    for value in &recorded.values {
        match api.cookie(value, None).await {
            Ok(()) => sent.push(values(&server.last(), "cookie")[0].to_owned()),
            Err(error) => {
                assert!(error.is_request(), "{error:?}");
                refused.push(value.as_str());
            }
        }
    }
    let expected = ["a+b", "a&b=c", "100%", "%41", "a/b?c#d", "\"q\"", "'", "~!*'()", "-._", "<>{}|^`", ""];
    assert_eq!(sent, expected.map(|value| format!("k={value}")));
    assert_eq!(
        refused,
        ["a b", "é", "🦀", "\\", "[]:;,@$", "tab\t", "\u{1}\u{7f}", "a\nb", "a\rb", "a\r\nb"]
    );
    for agent in [&recorded.browser, &recorded.curl] {
        let theirs: Vec<_> = agent["cookie"].iter().filter_map(|sent| sent.cookie.as_ref()).collect();
        // The curl and browser recordings do not contain a cookie with an empty value.
        let missing: Vec<_> =
            sent.iter().filter(|cookie| *cookie != "k=" && !theirs.contains(cookie)).collect();
        assert_eq!(missing, [""; 0]);
    }

    api.cookie("a", Some(1)).await.unwrap();
    assert_eq!(values(&server.last(), "cookie"), ["k=a; more=1"]);
    for quotes in ["\"", "\"a", "a\"", "\"a b\"", "\"a\"b\""] {
        assert!(api.cookie(quotes, None).await.unwrap_err().is_request(), "{quotes}");
    }
}

/// Returns a multipart body whose boundary is replaced with `BOUNDARY`, as in the recording.
fn multipart(request: &Request) -> String {
    let kind = values(request, "content-type")[0];
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    body(request).replace(boundary, "BOUNDARY")
}

/// Part contents and file names have the same bytes as those sent by curl and a browser. A backslash in a file name is
/// doubled, because a single backslash would escape the next character of the quoted string (RFC 2183 §2).
#[tokio::test]
async fn parts_equal_a_browsers_and_curls_byte_for_byte() {
    let (recorded, (server, api)) = (recorded(), api().await);
    let file = |value: &String| Part::text("x").file_name(format!("f{value}")).content_type("text/plain");
    api.parts(&recorded.values, recorded.values.iter().map(file).collect()).await.unwrap();
    let ours = multipart(&server.last()).replace(r#"filename="f\\""#, r#"filename="f\""#);
    assert_eq!(ours, recorded.curl["multipart"][0].body);

    for how in ["multipart", "fetch-multipart"] {
        let theirs = &recorded.browser[how][0].body;
        let (_, theirs) =
            theirs.split_at(theirs.find("Content-Disposition: form-data; name=\"file\"").unwrap());
        assert!(ours.ends_with(theirs), "{how}");
    }
}

/// RFC 7578 §4.2 and §5.1: the name of a part is plain UTF-8, without the `name*=` form that other standards use.
/// Quotes and line endings in the name are encoded as in HTML forms.
#[tokio::test]
async fn the_name_of_a_part_equals_a_browsers() {
    let (recorded, (server, api)) = (recorded(), api().await);
    api.names("", "", "", "", "", "", "", "").await.unwrap();
    let theirs = &recorded.browser["fetch-multipart"][0].body;
    let ours = multipart(&server.last());
    let heads: Vec<_> = ours.lines().filter(|line| line.starts_with("Content-Disposition")).collect();
    assert_eq!(heads.len(), 8, "{ours}");
    for head in heads {
        assert!(theirs.contains(&format!("{head}\r\n")), "{head}");
    }
}

/// RFC 9110 §8.6: a request without a body has `content-length: 0` if requests with the same HTTP method usually have a
/// body.
#[tokio::test]
async fn a_request_without_a_body_has_the_content_length_of_a_browsers() {
    let (recorded, (server, api)) = (recorded(), api().await);
    for (call, theirs) in [api.head(), api.get(), api.post()].into_iter().zip(&recorded.browser["empty"]) {
        call.await.unwrap();
        let ours = server.last();
        let length = ours.headers().get("content-length").map(|length| length.to_str().unwrap());
        assert_eq!(
            (ours.method().as_str(), length),
            (&*theirs.method, theirs.content_length.as_deref()),
            "HTTP method and `content-length` header"
        );
        assert!(
            !ours.headers().contains_key("content-type") && !ours.headers().contains_key("transfer-encoding")
        );
    }
    api.put("").await.unwrap();
    assert_eq!(values(&server.last(), "content-length"), ["0"]);
}
