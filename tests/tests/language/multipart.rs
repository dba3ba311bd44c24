//! Tests the `#[part]` attribute and multipart bodies, which are built again for each request.

use std::convert::Infallible;

use afresh::{Body, Part, RefreshToken, Result, Tokens, api};
use afresh_tests::{Seen, World};
use futures_util::stream;
use serde::Serialize;

use crate::api::{beside, both, logged_in_client, only};

#[api]
trait Session {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;
}

#[derive(Serialize)]
struct Caption<'a>(&'a str);

#[api]
#[header("content-type" = "application/json")]
trait Uploads {
    #[post("/photos")]
    async fn upload(
        &self,
        #[part] caption: &Caption<'_>,
        #[part("level")] size: Option<u8>,
        #[part] tag: &[&str],
        #[part("file")] photo: Part,
    ) -> Result<()>;

    #[post("/albums")]
    async fn album(&self, #[part] photos: Vec<Part>, #[part] cover: Option<Part>) -> Result<()>;

    #[post("/notes")]
    async fn note(&self, #[json] note: &str) -> Result<()>;
}

fn uploads(world: &World) -> UploadsClient {
    world.guard(403);
    let session: SessionClient = logged_in_client(world);
    beside(session.client())
}

/// A received part, split into its headers and its content.
type Received = (String, String);

fn parts(seen: &Seen) -> Vec<Received> {
    let kind = seen.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(seen.body().to_vec()).unwrap();
    let body = body.strip_suffix(&format!("--{boundary}--\r\n")).unwrap();
    let delimiter = format!("--{boundary}\r\n");
    let parts = body.split(&delimiter).skip(1).map(|part| {
        let (head, content) = part.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), content.strip_suffix("\r\n").unwrap().to_owned())
    });
    parts.collect()
}

fn received(head: &str, content: &str) -> Received {
    (format!("content-disposition: form-data; {head}"), content.to_owned())
}

fn photo() -> Part {
    Part::bytes("PNG").file_name("me.png").content_type("image/png")
}

#[tokio::test(start_paused = true)]
async fn parts_have_the_order_of_the_parameters_and_lists_repeat() {
    let world = World::new();
    let uploads = uploads(&world);
    uploads.upload(&Caption("a\r\nb"), None, &["x", "y"], photo()).await.unwrap();
    let seen = only(&world.stage);
    assert_eq!(
        parts(&seen),
        [
            received("name=\"caption\"", "a\r\nb"),
            received("name=\"tag\"", "x"),
            received("name=\"tag\"", "y"),
            received("name=\"file\"; filename=\"me.png\"\r\ncontent-type: image/png", "PNG"),
        ]
    );
    assert_eq!(seen.headers().get_all("content-type").iter().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_traits_content_type_applies_to_methods_without_their_own() {
    let world = World::new();
    let uploads = uploads(&world);
    uploads.note("hi").await.unwrap();
    assert_eq!(only(&world.stage).header("content-type"), Some("application/json"));
}

/// L3: if a call is sent again, the parts of its multipart body are built again with a new boundary.
#[tokio::test(start_paused = true)]
async fn a_multipart_body_is_built_again_for_the_second_send() {
    let world = World::new();
    let uploads = uploads(&world);
    world.authority.expire();
    let again = Part::body(Body::replayable(|| reqwest::Body::from("made anew")));
    uploads.album(vec![photo(), Part::text("text"), again], None).await.unwrap();
    let (first, second) = both(&world.stage);
    assert_eq!(parts(&first), parts(&second));
    assert_eq!(parts(&second).len(), 3);
    assert_eq!(parts(&second)[2].1, "made anew");
    world.authority.assert_refreshes(1);
}

/// L3: a file part has the name and content type of its file, and the file is read for each request.
#[tokio::test(start_paused = true)]
async fn a_file_part_has_a_name_and_type_and_is_read_for_each_send() {
    let world = World::new();
    let uploads = uploads(&world);
    world.authority.expire();
    let folder = std::env::temp_dir().join(format!("afresh-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("report.pdf");
    std::fs::write(&path, "%PDF").unwrap();
    let result = uploads.album(Vec::new(), Some(Part::file(&path))).await;
    std::fs::remove_dir_all(&folder).unwrap();
    result.unwrap();
    let (first, second) = both(&world.stage);
    let head = "name=\"cover\"; filename=\"report.pdf\"\r\ncontent-type: application/pdf";
    assert_eq!(parts(&first), [received(head, "%PDF")]);
    assert_eq!(parts(&second), parts(&first));
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_one_shot_part_is_not_sent_again() {
    let world = World::new();
    let uploads = uploads(&world);
    world.authority.expire();
    let once = || Part::stream(stream::iter([Ok::<_, Infallible>("chunk")]));
    let error = uploads.album(vec![photo(), once()], None).await.unwrap_err();
    assert!(error.is_not_replayable(), "{error}");
    assert_eq!(error.rejection().map(|rejection| rejection.status().as_u16()), Some(403));
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);

    uploads.album(vec![once()], None).await.unwrap();
    assert_eq!(parts(&world.stage.log()[1]), [received("name=\"photos\"", "chunk")]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_file_is_an_error_before_anything_is_sent() {
    let world = World::new();
    let uploads = uploads(&world);
    let error = uploads.album(Vec::new(), Some(Part::file("/nowhere/x.png"))).await.unwrap_err();
    assert!(error.is_request(), "{error}");
    world.stage.assert_sends(0);
}

type Photo = Vec<u8>;

#[api]
trait Bytes {
    #[post("/photos")]
    async fn upload(
        &self,
        #[part] alias: Photo,
        #[part] slice: &[u8],
        #[part] list: &[Photo],
        #[part] none: Option<bytes::Bytes>,
        #[part] numbers: Vec<u16>,
    ) -> Result<()>;

    #[post("/photos")]
    async fn generic<T: Serialize + Send>(&self, #[part] value: T) -> Result<()>;
}

#[tokio::test(start_paused = true)]
async fn bytes_of_any_type_are_one_part_and_other_lists_repeat() {
    let world = World::new();
    world.guard(403);
    let session: SessionClient = logged_in_client(&world);
    let bytes: BytesClient = beside(session.client());
    let photo = b"PNG".to_vec();
    bytes.upload(photo.clone(), b"GIF", &[photo.clone(), photo], None, vec![1, 2]).await.unwrap();
    let contents: Vec<String> = parts(&only(&world.stage)).into_iter().map(|(_, content)| content).collect();
    assert_eq!(contents, ["PNG", "GIF", "PNG", "PNG", "1", "2"]);
}

/// If a `#[part]` parameter has a generic type, the type's `Serialize` implementation determines the content of the
/// part.
#[tokio::test(start_paused = true)]
async fn a_generic_part_is_sent_as_it_serializes() {
    let world = World::new();
    world.guard(403);
    let session: SessionClient = logged_in_client(&world);
    let bytes: BytesClient = beside(session.client());
    bytes.generic(vec![1_u8, 2]).await.unwrap();
    assert_eq!(parts(&only(&world.stage)).len(), 2);
}
