//! Checks how the types in a document are encoded in requests and decoded from responses.

use afresh::{Part, Tokens};
use serde_json::{Value, json};

use crate::library::{
    Author, Book, BookExtent, BookInput, BookKind, Books, BooksClient, Bracketed, ChangeAuthorBody, Circle,
    CommaSeparated, DeleteError, Event, JsonText, Language, Library, LibraryClient, ListBooksError,
    ListBooksFilterYears, ListBooksSize, Order, PipeSeparated, Reader, Readers, ReadersClient, Shape,
    SpaceSeparated, Tree,
};
use crate::recorder::{Answer, Recorder};

fn books(answer: Answer) -> (Recorder, BooksClient) {
    let recorder = Recorder::new(answer);
    let client = BooksClient::builder("https://eu.library.example/v1")
        .transport(recorder.clone())
        .tokens(Tokens::new("secret"));
    (recorder, client.build().unwrap())
}

fn book() -> Value {
    json!({
        "id": 7, "author": { "name": "Ann" }, "kind": "book", "isbn": null, "language": "fr", "extent": "long",
        "sequel": { "id": 8, "author": { "name": "Ann" }, "kind": "book", "isbn": "1", "extent": 3 },
        "prices": { "EUR": 9.5 }, "notes": [{ "text": "torn" }], "unknown": true,
    })
}

#[tokio::test]
async fn each_style_of_a_query_has_its_form() {
    let (recorder, books) = books(Answer::json(200, &json!({ "items": [book()], "next": null })));
    let text = |text: &str| text.to_owned();
    let mut pages = books
        .list_books(
            Some(Order::Plus1),
            Some(CommaSeparated(vec![1, 2])),
            Some(PipeSeparated(vec![text("a"), text("b")])),
            Some(SpaceSeparated(vec![text("c"), text("d")])),
            Some("de"),
            Some(&ListBooksFilterYears { from: Some(1900) }),
            Some(&ListBooksSize { width: Some(3), height: None }),
            Some(JsonText(Author { name: text("Ann"), born: None })),
            Some(CommaSeparated(vec![text("x"), text("y")])),
        )
        .await
        .unwrap();
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!(page.items[0].sequel.as_ref().unwrap().extent, Some(BookExtent::Integer(3)));
    assert_eq!(
        recorder.last().query,
        "sort=%2B1&ids=1%2C2&tags=a%7Cb&words=c%20d&filter%5Blanguage%5D=de&filter%5Byears%5D%5Bfrom%5D=1900&width=3\
         &where=%7B%22name%22%3A%22Ann%22%7D"
    );
    assert_eq!(recorder.last().header("x-shelves"), Some("x,y"));
    assert_eq!(recorder.last().header("authorization"), Some("Bearer secret"));
}

#[tokio::test]
async fn a_body_has_no_read_only_members_and_an_answer_no_write_only_ones() {
    let (recorder, books) = books(Answer::json(201, &book()));
    let author = Author { name: "Ann".to_owned(), born: None };
    let body = BookInput { secret: Some("s".to_owned()), ..BookInput::new(author, BookKind::Book) };
    let made: Book = books.add_book(&body).await.unwrap();
    assert_eq!(
        (made.id, made.isbn, made.language),
        (7, None, Some(Language::Other("fr".to_owned()))),
        "id, isbn and language of the book"
    );
    let sent: Value = serde_json::from_str(&recorder.last().body).unwrap();
    assert_eq!(sent, json!({ "author": { "name": "Ann" }, "kind": "book", "isbn": null, "secret": "s" }));
}

#[tokio::test]
async fn errors_are_variants_by_their_status() {
    let failure = json!({ "code": 3 });
    let (_, client) = books(Answer::json(400, &failure));
    let body = BookInput::new(Author { name: "Ann".to_owned(), born: None }, BookKind::Book);
    assert!(
        matches!(client.add_book(&body).await, Err(ListBooksError::BadRequest(failure)) if failure.code == 3)
    );
    let (_, client) = books(Answer::json(503, &failure));
    assert!(matches!(client.add_book(&body).await, Err(ListBooksError::Default(_))));
    let (_, client) = books(Answer::empty(404));
    assert_eq!(client.get_book(1).await.unwrap(), None);
}

#[tokio::test]
async fn an_operation_with_another_scheme_sends_that_key_and_not_the_session() {
    let (recorder, client) = books(Answer::empty(204));
    client.delete(7, "k").await.unwrap();
    assert_eq!(
        (&*recorder.last().query, recorder.last().header("authorization")),
        ("api_key=k", None),
        "query and `authorization` header"
    );
    let (_, client) = books(Answer::empty(409));
    assert!(matches!(client.delete(7, "k").await, Err(DeleteError::Conflict(_))));
}

#[tokio::test]
async fn parts_and_nested_forms_are_written_as_the_document_says() {
    let (recorder, client) = books(Answer::text("image/png", "png"));
    let cover = client.set_cover(
        7,
        Some(Part::bytes(&b"png"[..]).content_type("image/png")),
        None,
        Some(Order::Desc),
    );
    cover.await.unwrap();
    assert!(recorder.last().body.contains("name=\"order\"\r\n\r\ndesc\r\n"), "{}", recorder.last().body);

    let recorder = Recorder::new(Answer::empty(204));
    let client =
        ReadersClient::builder("https://eu.library.example/v1").transport(recorder.clone()).build().unwrap();
    let reader: Reader = serde_json::from_value(
        json!({ "name": "Bo", "address": { "city": "Ulm", "lines": ["a", "b"] }, "x": "y" }),
    )
    .unwrap();
    client.add_reader(Bracketed(reader)).await.unwrap();
    let body = recorder.last().body;
    assert_eq!(
        body,
        "name=Bo&address%5Bcity%5D=Ulm&address%5Blines%5D%5B0%5D=a&address%5Blines%5D%5B1%5D=b&x=y"
    );
}

#[tokio::test]
async fn tags_tell_variants_apart() {
    let lines = "{\"shape\":\"round\",\"radius\":1.5}\n{\"shape\":\"Square\",\"side\":2}\n";
    let recorder = Recorder::new(Answer::text("application/x-ndjson", lines));
    let client =
        LibraryClient::builder("https://eu.library.example/v1").transport(recorder.clone()).build().unwrap();
    let circle = Shape::Round(Circle { radius: 1.5 });
    let mut shapes = client.shapes(Some(&circle)).await.unwrap();
    assert_eq!(recorder.last().body, "{\"shape\":\"round\",\"radius\":1.5}");
    assert_eq!(shapes.next().await.unwrap().unwrap(), circle);
    assert!(matches!(shapes.next().await.unwrap().unwrap(), Shape::Square(_)));

    let events = "data: {\"event\":\"returned\",\"book\":1,\"late\":true}\n\ndata: {\"event\":\"burnt\",\"book\":1}\n\n";
    let recorder = Recorder::new(Answer::text("text/event-stream", events));
    let client = ReadersClient::builder("https://eu.library.example/v1").transport(recorder).build().unwrap();
    let mut events = client.events().await.unwrap();
    let first = events.next().await.unwrap().unwrap().data;
    assert!(matches!(&first, Event::Returned(returned) if returned.late));
    assert_eq!(
        serde_json::to_value(&first).unwrap(),
        json!({ "event": "returned", "book": 1, "late": true })
    );
    assert!(events.next().await.unwrap().is_err());
}

#[tokio::test]
async fn a_body_can_say_null_or_nothing() {
    let (recorder, client) = books(Answer::empty(204));
    for (born, sent) in [(None, "{}"), (Some(None), "{\"born\":null}"), (Some(Some(1900)), "{\"born\":1900}")]
    {
        client.change_author(&ChangeAuthorBody { born, name: None }).await.unwrap();
        assert_eq!(recorder.last().body, sent);
    }
}

#[test]
fn a_list_of_itself_is_a_type_of_its_own() {
    let tree: Tree = serde_json::from_value(json!([[], [[]]])).unwrap();
    assert_eq!(tree, Tree(vec![Tree(vec![]), Tree(vec![Tree(vec![])])]));
}
