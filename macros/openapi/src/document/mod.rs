//! Loads a document from one or more files, resolves its references, and converts Swagger 2.0 to OpenAPI 3.

mod check;
mod reference;
mod swagger;

use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::source::Source;

pub(crate) use self::reference::{last_step, schema_name};

/// The path item keys whose values are operations.
pub(crate) const VERBS: &[&str] =
    &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The maximum length of a chain of references. A chain of references that exceeds this length is treated as a loop.
const LONGEST_CHAIN: usize = 32;

/// An OpenAPI document whose basic structure has been checked.
#[derive(Debug)]
pub struct Document {
    sources: Vec<Source>,
    /// The contents of all files of the document as JSON values, starting with the document's main file. References are
    /// absolute (`file#pointer`), where `file` is an index into `values`.
    values: Vec<Value>,
}

/// One operation and its location in the document.
#[derive(Clone, Debug)]
pub(crate) struct Site<'d> {
    pub(crate) path: &'d str,
    pub(crate) item: &'d Value,
    pub(crate) verb: String,
    pub(crate) operation: &'d Value,
}

impl Site<'_> {
    /// Returns the HTTP method and the path, for example `GET /orders/{id}`.
    pub(crate) fn route(&self) -> String {
        format!("{} {}", self.verb.to_uppercase(), self.path)
    }

    pub(crate) fn id(&self) -> Option<&str> {
        let id = self.operation["operationId"].as_str()?;
        id.contains(|letter: char| letter.is_ascii_alphanumeric()).then_some(id)
    }
}

impl Document {
    /// Reads a document and the local files that it references.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read, or if the document is not OpenAPI 3 or Swagger 2.0.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::load(Source::open(path)?, Some(path))
    }

    /// Reads a document from `text`. The document must not reference other files. Errors report `name` as the file
    /// name.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not OpenAPI 3 or Swagger 2.0.
    pub fn parse(name: &str, text: impl Into<Vec<u8>>) -> Result<Self, Error> {
        Self::load(Source::parse(name, text.into())?, None)
    }

    fn load((source, value): (Source, Value), path: Option<&Path>) -> Result<Self, Error> {
        check::version(&value).map_err(|error| place(&source, error))?;
        let mut document = reference::load(source, value, path)?;
        if let Err(error) = check::outline(&document) {
            return Err(document.sources.first().map_or(error.clone(), |source| place(source, error)));
        }
        if document.root().get("swagger").is_some() {
            swagger::upgrade(&mut document);
        }
        Ok(document)
    }

    /// Adds the document's file name and the line number to `error`, unless `error` already contains a file name.
    #[must_use]
    pub fn place(&self, error: Error) -> Error {
        match self.sources.first() {
            Some(source) if error.file().is_none() => place(source, error),
            _ => error,
        }
    }

    /// Returns the content of the document's main file, converted to OpenAPI 3, with the references in their original
    /// form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut value = self.root().clone();
        reference::make_relative(&mut value);
        value
    }

    pub(crate) fn file_name(&self) -> String {
        let name = self.sources.first().map_or("", |source| &source.name);
        Path::new(name)
            .file_name()
            .map_or_else(|| name.to_owned(), |name| name.to_string_lossy().into_owned())
    }

    pub(crate) fn root(&self) -> &Value {
        self.values.first().unwrap_or(&Value::Null)
    }

    pub(crate) fn info(&self, key: &str) -> &str {
        self.root()["info"][key].as_str().unwrap_or_default()
    }

    /// Returns the named schemas in document order, each with its reference.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&str, String, &Value)> {
        let of = |pointer: &'static str| {
            let map = self.root().pointer(pointer).and_then(Value::as_object).into_iter().flatten();
            map.map(move |(name, schema)| {
                (name.as_str(), format!("0#{pointer}/{}", crate::source::escape(name)), schema)
            })
        };
        of("/components/schemas").chain(of("/definitions"))
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = Site<'_>> {
        let paths = self.root()["paths"].as_object().into_iter().flatten();
        let paths = paths.filter(|(path, _)| !path.starts_with("x-"));
        paths.flat_map(|(path, item)| {
            let item = self.resolve(item);
            let known = VERBS.iter().filter_map(move |verb| Some(((*verb).to_owned(), item.get(*verb)?)));
            let more = item["additionalOperations"].as_object().into_iter().flatten();
            let more = more.map(|(verb, operation)| (verb.clone(), operation));
            known.chain(more).map(move |(verb, operation)| Site { path, item, verb, operation })
        })
    }

    /// Returns `value`, or the value that its `$ref` points to.
    pub(crate) fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        follow(&self.values, value)
    }

    /// Returns the value that an absolute reference points to.
    pub(crate) fn target(&self, reference: &str) -> Option<&Value> {
        target(&self.values, reference)
    }
}

/// Follows `$ref` through `values`. Returns `null` if a reference does not have a target or the chain of references is
/// too long.
fn follow<'d>(values: &'d [Value], value: &'d Value) -> &'d Value {
    const NOWHERE: &Value = &Value::Null;
    let mut value = value;
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return value };
        value = target(values, reference).unwrap_or(NOWHERE);
    }
    NOWHERE
}

fn target<'d>(values: &'d [Value], reference: &str) -> Option<&'d Value> {
    let (file, pointer) = reference.split_once('#')?;
    values.get(file.parse::<usize>().ok()?)?.pointer(pointer)
}

/// Adds the file name to an error, and the line number if the error has a JSON pointer.
fn place(source: &Source, error: Error) -> Error {
    let line = error.pointer().and_then(|pointer| source.line_of(pointer));
    error.in_file(&source.name).at_line(line)
}
