//! Tests that arguments with special characters cannot change a request's target or path structure.

use afresh::{Result, api};
use afresh_tests::{Seen, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use reqwest::Method;
use serde::Serialize;

use crate::api::{ORIGIN, logged_in_client};
use crate::transports::ConnectTo;

#[api(path = "/api/v2")]
trait Places {
    #[get("/a/{x}/b/{y}")]
    async fn segments(&self, x: &str, y: &str) -> Result<()>;

    #[get("/joined/{x}{y}/end")]
    async fn joined(&self, x: &str, y: &str) -> Result<()>;

    #[get("/files/.{x}")]
    async fn hidden(&self, x: &str) -> Result<()>;

    #[get("/query")]
    async fn query(
        &self,
        #[query] x: &str,
        #[query("page[size]")] y: &[String],
        #[query] z: &Fields,
    ) -> Result<()>;

    #[get("/header")]
    async fn header(&self, #[header("x-one")] x: &str, #[header("x-two")] y: Option<&str>) -> Result<()>;
}

#[derive(Debug, Serialize)]
struct Fields {
    inner: String,
}

/// Generates arbitrary strings, and strings with characters that have a special meaning in a URL or a header.
fn text() -> impl Strategy<Value = String> {
    const PARTS: [&str; 30] = [
        "/",
        "//",
        "\\",
        ".",
        "..",
        "%2e",
        "%2E",
        "%2f",
        "%",
        "%00",
        "?",
        "#",
        "&",
        "=",
        ";",
        ":",
        "@",
        "+",
        "*",
        " ",
        "\t",
        "\r\n",
        "\0",
        "\u{7f}",
        "é",
        "\u{202e}",
        "a",
        "7",
        "https:",
        "evil.test",
    ];
    let parts = prop::collection::vec(prop::sample::select(&PARTS[..]), 0..5);
    prop_oneof![4 => parts.prop_map(|parts| parts.concat()), 1 => any::<String>()]
}

/// Returns the only request that the call sent, or `None` if the call failed before it sent a request.
fn request_of<R>(call: impl FnOnce(&PlacesClient) -> afresh::Pending<Result<R>>) -> Option<Seen> {
    let world = World::new();
    world.stage.respond(|_| 200);
    let places = PlacesClient::new(logged_in_client(&world).client().clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let result = runtime.block_on(call(&places));
    let sends = world.stage.log();
    world.authority.assert_refreshes(0);
    match result {
        Ok(_) => {
            let [seen] = <[Seen; 1]>::try_from(sends).unwrap();
            assert_eq!((seen.origin().as_str(), seen.method()), (ORIGIN, Method::GET.as_str()));
            assert_eq!(seen.token(), Some(&*world.authority.access(1)));
            Some(seen)
        }
        Err(error) => {
            assert!(error.is_request(), "{error:?}");
            assert!(sends.is_empty());
            None
        }
    }
}

/// Decodes a path segment as a server would. Panics if the path segment contains a `+`.
fn decoded(segment: &str) -> String {
    assert!(!segment.contains('+'));
    form_urlencoded::parse(format!("k={segment}").as_bytes()).next().unwrap().1.into_owned()
}

fn segments(seen: &Seen) -> Vec<String> {
    assert_eq!(seen.query(), None);
    seen.path().split('/').map(decoded).collect()
}

fn is_dots(segment: &str) -> bool {
    segment == "." || segment == ".."
}

fn config() -> Config {
    Config { cases: 1000, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    /// N7: a path argument becomes exactly one path segment, or the call fails without sending a request.
    #[test]
    fn a_path_argument_is_exactly_one_segment(x in text(), y in text()) {
        let sendable = ![&x, &y].into_iter().any(|text| text.is_empty() || is_dots(text));
        let seen = request_of(|places| places.segments(&x, &y));
        let expected = sendable.then(|| ["", "api", "v2", "a", &x, "b", &y].map(str::to_owned).to_vec());
        prop_assert_eq!(seen.as_ref().map(segments), expected);
    }

    /// N7: a path segment that consists of two arguments, or of a dot and an argument, is sent as exactly one segment,
    /// or the call fails.
    #[test]
    fn arguments_that_share_a_segment_are_exactly_that_segment(x in text(), y in text()) {
        let joined = format!("{x}{y}");
        let sendable = !x.is_empty() && !y.is_empty() && !is_dots(&joined);
        let seen = request_of(|places| places.joined(&x, &y));
        let expected = sendable.then(|| ["", "api", "v2", "joined", &joined, "end"].map(str::to_owned).to_vec());
        prop_assert_eq!(seen.as_ref().map(segments), expected);

        let hidden = format!(".{x}");
        let seen = request_of(|places| places.hidden(&x));
        let sendable = !x.is_empty() && !is_dots(&hidden);
        let expected = sendable.then(|| ["", "api", "v2", "files", &hidden].map(str::to_owned).to_vec());
        prop_assert_eq!(seen.as_ref().map(segments), expected);
    }

    /// N7: a query argument becomes exactly one value of its query parameter.
    #[test]
    fn a_query_argument_is_exactly_one_value(x in text(), y in prop::collection::vec(text(), 0..3), z in text()) {
        let fields = Fields { inner: z.clone() };
        let seen = request_of(|places| places.query(&x, &y, &fields)).unwrap();
        prop_assert_eq!(seen.path(), "/api/v2/query");
        let pairs: Vec<_> = form_urlencoded::parse(seen.query().unwrap().as_bytes()).into_owned().collect();
        let mut expected = vec![("x".to_owned(), x)];
        expected.extend(y.into_iter().map(|value| ("page[size]".to_owned(), value)));
        expected.push(("inner".to_owned(), z));
        prop_assert_eq!(pairs, expected);
        prop_assert!(seen.query().unwrap().is_ascii());
    }

    /// N7: a header argument becomes exactly one header value, or the call fails without sending a request.
    #[test]
    fn a_header_argument_is_exactly_one_value(x in text(), y in prop::option::of(text())) {
        let control = |text: &String| text.bytes().any(|byte| byte != b'\t' && (byte < 0x20 || byte == 0x7f));
        let sendable = !control(&x) && !y.as_ref().is_some_and(control);
        let seen = request_of(|places| places.header(&x, y.as_deref()));
        prop_assert_eq!(seen.is_some(), sendable);
        if let Some(seen) = seen {
            prop_assert_eq!((seen.path(), seen.query()), ("/api/v2/header", None), "path and query");
            prop_assert_eq!(seen.headers().len(), 2 + usize::from(y.is_some()), "number of headers");
            prop_assert_eq!(seen.headers()["x-one"].as_bytes(), x.as_bytes());
            prop_assert_eq!(seen.headers().get("x-two").map(|value| value.as_bytes().to_vec()), y.map(String::into_bytes));
        }
    }
}

/// N7: if a path argument serializes to no value or to several values, the call fails without sending a request.
#[tokio::test(start_paused = true)]
async fn a_path_argument_must_be_one_scalar() {
    // At compile time, the macro rejects standard-library types that serialize to no value or to several values, so the
    // test uses custom types.
    #[derive(serde::Serialize)]
    struct Maybe(Option<&'static str>);

    #[derive(serde::Serialize)]
    struct Many(&'static [&'static str]);

    #[api]
    trait Odd {
        #[get("/a/{x}/b")]
        async fn maybe(&self, x: Maybe) -> Result<()>;

        #[get("/a/{x}/b")]
        async fn many(&self, x: Many) -> Result<()>;

        #[get("/a/{x}/b")]
        async fn character(&self, x: char) -> Result<()>;
    }

    let world = World::new();
    world.stage.respond(|_| 200);
    let odd = OddClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    for refused in [
        odd.maybe(Maybe(None)),
        odd.maybe(Maybe(Some(".."))),
        odd.many(Many(&[])),
        odd.many(Many(&["a", "b"])),
        odd.character('.'),
    ] {
        assert!(refused.await.unwrap_err().is_request());
    }
    world.stage.assert_sends(0);
    odd.character('/').await.unwrap();
    odd.maybe(Maybe(Some("//evil.test"))).await.unwrap();
    assert_eq!(world.stage.routes(), ["GET /a/%2F/b", "GET /a/%2F%2Fevil.test/b"]);
}
