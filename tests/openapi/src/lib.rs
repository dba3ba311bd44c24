//! Writes the trait of an API from its OpenAPI document: one method per operation, with bodies and answers as JSON values.
//!
//! afresh is held against real APIs with it: whatever they do must be declarable, and compile without a warning.
//! `openapi-trait` prints the trait of a document, `openapi-report` compiles those of several and says what it took.

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

/// A trait, and how much of its document it says.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The name of the trait.
    pub name: String,
    /// Its source.
    pub source: String,
    /// How many operations the document has.
    pub operations: usize,
    /// How many of them have a method.
    pub declared: usize,
    /// How many methods there are. An operation has one for each kind of body that it takes.
    pub methods: usize,
    /// Operations without a method, and why.
    pub refused: Vec<Note>,
    /// What of operations is not said by their methods.
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

/// The trait of a document, called `name` or else after its title.
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

/// What the docs of the trait say.
fn about(document: &Document) -> Vec<String> {
    let (title, version) = document.title();
    let title = operation::one_line(&format!("{title} {version}"));
    let server = document.server().map(|url| format!("At `{}`.", operation::one_line(url)));
    [title].into_iter().chain(server).filter(|paragraph| !paragraph.is_empty()).collect()
}
