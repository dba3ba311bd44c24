//! Loads the local files that `$ref` keywords refer to. Makes every reference absolute, so that later steps do not need
//! to know which file contains a reference.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Document, place, target};
use crate::error::Error;
use crate::source::{Source, escape, unescape};

/// A document with more than 2,000 files is probably a mistake or an attack.
const MOST_FILES: usize = 2_000;

/// The keywords whose values are plain data, in which `$ref` has no meaning.
const VALUES: &[&str] = &["example", "examples", "default", "enum", "const"];

/// The OpenAPI keywords whose values are maps with user-defined names as keys.
const NAMED: &[&str] = &[
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "schemas",
    "parameters",
    "responses",
    "headers",
];

struct Reference {
    file: usize,
    at: String,
    to: String,
}

pub(super) fn load(source: Source, value: Value, path: Option<&Path>) -> Result<Document, Error> {
    let mut document = Document { sources: vec![source], values: vec![value] };
    let mut files = Files::default();
    if let Some(path) = path {
        files.indices.insert(canonical(path), 0);
        files.paths.push(path.to_owned());
    }
    let mut references = Vec::new();
    let mut file = 0;
    while file < document.values.len() {
        let mut value = document.values.get_mut(file).map(std::mem::take).unwrap_or_default();
        let mut walk = Walk { document: &mut document, files: &mut files, file, found: &mut references };
        let result = walk.visit(&mut value, &mut String::new(), false);
        if let Some(slot) = document.values.get_mut(file) {
            *slot = value;
        }
        if let (Err(error), Some(source)) = (result, document.sources.get(file)) {
            return Err(place(source, error));
        }
        file += 1;
    }
    for reference in references {
        let message = match chain(&document.values, &reference.to) {
            Chain::Ends => continue,
            Chain::Missing => format!("`$ref` points to `{}`, which does not exist", shown(&reference)),
            Chain::Loops => format!("`$ref` points to `{}`, which refers to itself", shown(&reference)),
        };
        if let Some(source) = document.sources.get(reference.file) {
            return Err(place(source, Error::new(message).at(reference.at)));
        }
    }
    Ok(document)
}

#[derive(Default)]
struct Files {
    indices: BTreeMap<PathBuf, usize>,
    paths: Vec<PathBuf>,
}

struct Walk<'a> {
    document: &'a mut Document,
    files: &'a mut Files,
    file: usize,
    found: &'a mut Vec<Reference>,
}

impl Walk<'_> {
    fn visit(&mut self, value: &mut Value, at: &mut String, is_map: bool) -> Result<(), Error> {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.step(item, at, &index.to_string(), false)?;
                }
            }
            Value::Object(map) => {
                for (key, inner) in map.iter_mut() {
                    let is_value = VALUES.contains(&&**key) || key.starts_with("x-");
                    if is_value && !is_map {
                        continue;
                    }
                    match inner {
                        Value::String(text) if key == "$ref" && !is_map => {
                            let to = self.absolute(text).map_err(|error| error.at(format!("{at}/$ref")))?;
                            self.found.push(Reference {
                                file: self.file,
                                at: format!("{at}/$ref"),
                                to: to.clone(),
                            });
                            *text = to;
                        }
                        _ => self.step(inner, at, key, NAMED.contains(&&**key) && !is_map)?,
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, value: &mut Value, at: &mut String, key: &str, is_map: bool) -> Result<(), Error> {
        let length = at.len();
        at.push('/');
        at.push_str(&escape(key));
        let result = self.visit(value, at, is_map);
        at.truncate(length);
        result
    }

    fn absolute(&mut self, reference: &str) -> Result<String, Error> {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let pointer = percent_decode_str(pointer).decode_utf8_lossy().into_owned();
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(Error::new(format!(
                "`$ref` points to the anchor `#{pointer}`, but only JSON pointers are supported"
            )));
        }
        let index = if file.is_empty() { self.file } else { self.other(file)? };
        Ok(format!("{index}#{pointer}"))
    }

    /// Returns the index of the file that a reference names, and loads the file if necessary.
    fn other(&mut self, file: &str) -> Result<usize, Error> {
        if file.contains("://") || file.starts_with("//") || file.starts_with("urn:") {
            return Err(Error::new(format!(
                "`$ref` points to `{file}`, but remote references are not supported"
            )));
        }
        let Some(own) = self.files.paths.get(self.file) else {
            return Err(Error::new(format!(
                "`$ref` points to the file `{file}`, but the document was not loaded from a file"
            )));
        };
        let file = percent_decode_str(file).decode_utf8_lossy();
        let path = own.parent().unwrap_or(Path::new("")).join(&*file);
        if let Some(index) = self.files.indices.get(&canonical(&path)) {
            return Ok(*index);
        }
        if self.files.paths.len() >= MOST_FILES {
            return Err(Error::new(format!("the document has more than {MOST_FILES} files")));
        }
        let (source, value) = Source::open(&path)
            .map_err(|error| Error::new(format!("`$ref` points to a file that cannot be read: {error}")))?;
        let index = self.document.values.len();
        self.files.indices.insert(canonical(&path), index);
        self.files.paths.push(path);
        self.document.sources.push(source);
        self.document.values.push(value);
        Ok(index)
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

enum Chain {
    Ends,
    Missing,
    Loops,
}

fn chain(values: &[Value], reference: &str) -> Chain {
    let mut reference = reference;
    for _ in 0..super::LONGEST_CHAIN {
        let Some(value) = target(values, reference) else { return Chain::Missing };
        match value.get("$ref").and_then(Value::as_str) {
            Some(next) => reference = next,
            None => return Chain::Ends,
        }
    }
    Chain::Loops
}

fn shown(reference: &Reference) -> String {
    let (file, pointer) = reference.to.split_once('#').unwrap_or(("", &reference.to));
    if file.parse() == Ok(reference.file) {
        format!("#{pointer}")
    } else {
        format!("another file, {pointer}")
    }
}

/// Restores the original form (`#/...`) of references to the document's main file.
pub(super) fn make_relative(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(make_relative),
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                match inner {
                    Value::String(reference) if key == "$ref" => {
                        if let Some(pointer) = reference.strip_prefix("0#") {
                            *inner = format!("#{}", encode_pointer(pointer)).into();
                        }
                    }
                    _ => make_relative(inner),
                }
            }
        }
        _ => {}
    }
}

/// Percent-encodes a JSON pointer for use in a URL fragment.
fn encode_pointer(pointer: &str) -> String {
    percent_encoding::utf8_percent_encode(pointer, FRAGMENT).to_string()
}

const FRAGMENT: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'^')
    .add(b'\\');

/// Returns the schema's name if a reference points to a named schema in the document.
pub(crate) fn schema_name(reference: &str) -> Option<String> {
    let (_, pointer) = reference.split_once('#')?;
    let name = pointer.strip_prefix("/components/schemas/").or(pointer.strip_prefix("/definitions/"))?;
    (!name.contains('/')).then(|| unescape(name))
}

/// Returns a name for the target of a reference: the last step of the JSON pointer, ignoring numbers and keywords such
/// as `schema`.
pub(crate) fn last_step(reference: &str) -> String {
    let (_, pointer) = reference.split_once('#').unwrap_or(("", reference));
    let mut steps = pointer.split('/').rev().filter(|step| {
        !step.is_empty() && !matches!(*step, "schema" | "content" | "items") && step.parse::<u32>().is_err()
    });
    steps.next().map(unescape).unwrap_or_default()
}
