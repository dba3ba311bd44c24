//! Writes the trait of an API from its OpenAPI document: one method per operation, with bodies and answers as JSON values.
//!
//! It tests afresh with real APIs: every operation must be declarable and compile without a warning. `openapi-trait` prints the trait of a
//! document. `openapi-report` compiles those of several documents and prints the cost.

mod answer;
mod body;
mod document;
mod media;
mod method;
mod naming;
mod operation;
mod parameter;
mod path;
mod render;
mod schema;
pub mod scratch;
mod swagger;

pub use document::Document;

/// A trait, and how much of its document it declares.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The name of the trait.
    pub name: String,
    /// Its source.
    pub source: String,
    /// The number of operations in the document.
    pub operations: usize,
    /// The number of operations with a method.
    pub declared: usize,
    /// The number of methods. An operation has one for each kind of body that it accepts.
    pub methods: usize,
    /// Operations without a method, with the reason.
    pub refused: Vec<Note>,
    /// The parts of operations that their methods do not declare.
    pub notes: Vec<Note>,
}

/// Something about an operation.
#[derive(Clone, Debug)]
pub struct Note {
    /// `GET /orders/{id}`
    pub operation: String,
    /// What there is to say.
    pub text: String,
}

/// The trait of a document. Its name is `name`, or the title of the document.
#[must_use]
pub fn declare(document: &Document, name: Option<&str>) -> Declaration {
    let mut declaration = Declaration {
        name: naming::trait_name(name.unwrap_or(document.title().0)),
        source: String::new(),
        operations: 0,
        declared: 0,
        methods: 0,
        refused: Vec::new(),
        notes: Vec::new(),
    };
    let mut names = naming::Scope::of_methods();
    let mut methods = Vec::new();
    for site in document.operations() {
        declaration.operations += 1;
        let operation = format!("{} {}", site.verb.to_uppercase(), site.path);
        match operation::lower(document, &site, &mut names) {
            Ok(lowered) => {
                declaration.declared += 1;
                methods.extend(lowered.methods);
                let notes = lowered.notes.into_iter();
                declaration.notes.extend(notes.map(|text| Note { operation: operation.clone(), text }));
            }
            Err(text) => declaration.refused.push(Note { operation, text }),
        }
    }
    declaration.methods = methods.len();
    declaration.source = render::render(&declaration.name, &about(document), &methods);
    declaration
}

/// The docs of the trait.
fn about(document: &Document) -> Vec<String> {
    let (title, version) = document.title();
    let title = operation::one_line(&format!("{title} {version}"));
    let server = document.server().map(|url| format!("At `{}`.", operation::one_line(url)));
    [title].into_iter().chain(server).filter(|paragraph| !paragraph.is_empty()).collect()
}
