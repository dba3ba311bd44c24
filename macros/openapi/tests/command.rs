//! Tests the `afresh-openapi` command: exit statuses, files, overrides, and references to other files.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, reason = "a test fails if it cannot continue")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use afresh_openapi::{Document, Settings, generate};

const WHOLE: &str = "openapi: 3.0.0\ninfo: { title: Pets, version: '1' }\npaths:\n  /pets/{id}:\n    get:\n      operationId: getPet\n      \
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n      responses:\n        200:\n          content: \
    { application/json: { schema: { $ref: 'schemas/pet.yaml#/Pet' } } }\n  /token:\n    post:\n      operationId: token\n      requestBody:\n        \
    content: { application/json: { schema: { type: object, properties: { grant: { type: string }, refresh: { type: string } } } } }\n      \
    responses: { 200: { content: { application/json: { schema: {} } } } }\n";
const PET: &str = "Pet: { type: object, required: [name], properties: { name: { type: string }, price: { $ref: '#/Money' } } }\nMoney: { type: string }\n";

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("schemas")).unwrap();
    fs::write(folder.join("pets.yaml"), WHOLE).unwrap();
    fs::write(folder.join("schemas/pet.yaml"), PET).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_afresh-openapi"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn nothing_lost_is_0_something_lost_is_3_no_client_is_1() {
    let folder = folder("statuses");
    let (status, source, said) = run(&folder, &["pets.yaml"]);
    assert_eq!(status, 0, "{said}");
    assert!(
        source.contains("pub struct Pet {") && source.contains("This client supports the whole document"),
        "{source}"
    );

    fs::write(folder.join("lossy.yaml"), WHOLE.replace("get:", "head: { responses: { 101: {} } }\n    get:"))
        .unwrap();
    let (status, source, said) = run(&folder, &["lossy.yaml"]);
    assert_eq!(status, 3, "{said}");
    let loss =
        "HEAD /pets/{id}: the method reads only the response head of status 101, not the upgraded connection";
    assert!(
        said.contains(&format!("lost: {loss}")) && source.contains(&format!("// - {loss}")),
        "{said}{source}"
    );

    let (status, source, said) = run(&folder, &["missing.yaml"]);
    assert_eq!((status, &*source), (1, ""), "exit status and standard output");
    assert!(said.starts_with("afresh-openapi: missing.yaml: "), "{said}");
    assert_eq!(run(&folder, &[]).0, 1);
    assert_eq!(run(&folder, &["pets.yaml", "--dates", "chrono"]).0, 1);
}

#[test]
fn strict_writes_nothing_where_something_would_be_lost() {
    let folder = folder("strict");
    fs::write(folder.join("lossy.yaml"), WHOLE.replace("get:", "head: { responses: { 101: {} } }\n    get:"))
        .unwrap();
    let (status, source, _) = run(&folder, &["lossy.yaml", "--strict"]);
    assert_eq!((status, &*source), (1, ""), "exit status and standard output");
    assert_eq!(run(&folder, &["lossy.yaml", "--strict", "-o", "client.rs"]).0, 1);
    assert!(!folder.join("client.rs").exists());
    assert_eq!(run(&folder, &["pets.yaml", "--strict", "-o", "client.rs"]).0, 0);
}

#[test]
fn check_says_what_differs_and_writes_nothing() {
    let folder = folder("check");
    assert_eq!(run(&folder, &["pets.yaml", "-o", "client.rs", "--check"]).0, 4);
    assert!(!folder.join("client.rs").exists());
    assert_eq!(run(&folder, &["pets.yaml", "-o", "client.rs"]).0, 0);
    assert_eq!(run(&folder, &["pets.yaml", "-o", "client.rs", "--check"]).0, 0);
    fs::write(folder.join("pets.yaml"), WHOLE.replace("/pets/{id}", "/animals/{id}")).unwrap();
    let before = fs::read_to_string(folder.join("client.rs")).unwrap();
    let (status, source, said) = run(&folder, &["pets.yaml", "-o", "client.rs", "--check"]);
    assert_eq!((status, &*source), (4, ""), "exit status and standard output");
    assert!(said.contains("different: ~ trait Pets::get_pet"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("client.rs")).unwrap(), before);
}

#[test]
fn overrides_beside_the_document_are_read() {
    let folder = folder("overrides");
    let overrides = "[rename]\n[operations.getPet]\nrename = \"pet\"\nnone-on = [404]\n[operations.token]\nrole = \"refresh\"\ntoken = \"refresh\"\n\
        constants = { grant = \"refresh_token\" }\n";
    fs::write(folder.join("afresh-openapi.toml"), overrides).unwrap();
    let (status, source, said) = run(&folder, &["pets.yaml"]);
    assert_eq!(status, 0, "{said}");
    for line in [
        "async fn pet(&self, id: &str) -> afresh::Result<Option<Pet>>;",
        "#[none_on(404)]",
        "#[refresh]",
        "#[json(\"grant\" = \"refresh_token\")]",
        "#[json(\"refresh\")] refresh: afresh::RefreshToken,",
        ") -> afresh::Result<afresh::Tokens>;",
    ] {
        assert!(source.contains(line), "{line} is missing in\n{source}");
    }
    fs::write(folder.join("afresh-openapi.toml"), "[operations.gone]\nskip = true\n").unwrap();
    let (status, _, said) = run(&folder, &["pets.yaml"]);
    assert_eq!(status, 1);
    assert!(said.contains("the settings refer to the operation `gone`"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = folder("files");
    fs::remove_file(folder.join("schemas/pet.yaml")).unwrap();
    let (status, _, said) = run(&folder, &["pets.yaml"]);
    assert_eq!(status, 1);
    assert!(said.contains("pets.yaml:10:") && said.contains("schemas/pet.yaml"), "{said}");
}

#[test]
fn the_library_writes_what_the_command_writes() {
    let folder = folder("library");
    let document = Document::open(folder.join("pets.yaml")).unwrap();
    let generated = generate(&document, &Settings::default()).unwrap();
    assert_eq!(generated.source, run(&folder, &["pets.yaml"]).1);
    let settings = Settings::parse("[types]\n").unwrap();
    assert_eq!(generate(&document, &settings).unwrap().source, generated.source);
}
