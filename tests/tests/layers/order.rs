//! Reads the order of a crate's layers from ARCHITECTURE.md. The list has one line per directory or file, from the top
//! layer to the bottom layer. Each line contains a name and a sentence that describes the entry.

use std::collections::BTreeSet;

use crate::tree::{Files, is_test};

/// The names of the layers, from the top layer to the bottom layer, for example `client/` for a directory and `lib.rs`
/// for a file.
#[derive(Debug)]
pub struct Order(Vec<String>);

impl Order {
    /// Reads the block that starts with ```` ```layers SOURCE ````, for example ```` ```layers runtime/src ````.
    pub fn read(document: &str, source: &str) -> Result<Self, String> {
        let fence = format!("```layers {source}");
        let mut lines = document.lines().skip_while(|line| line.trim() != fence);
        if lines.next().is_none() {
            return Err(format!("ARCHITECTURE.md has no block that starts with {fence}"));
        }
        let mut names = Vec::new();
        for line in lines.take_while(|line| line.trim() != "```").filter(|line| !line.trim().is_empty()) {
            match line.trim().split_once(char::is_whitespace) {
                Some((name, _)) if !names.iter().any(|earlier| earlier == name) => {
                    names.push(name.to_owned())
                }
                Some((name, _)) => return Err(format!("the list of {source} has `{name}` twice")),
                None => return Err(format!("`{}` in the list of {source} has no sentence", line.trim())),
            }
        }
        Ok(Self(names))
    }

    /// Returns a message for each name that is only in the list of layers or only in the source directory. Test files
    /// do not belong to a layer.
    pub fn differences(&self, files: &Files) -> Vec<String> {
        let code = files.keys().filter(|file| !is_test(file));
        let there: BTreeSet<String> = code.map(|file| entry(files, file)).collect();
        let listed: BTreeSet<String> = self.0.iter().cloned().collect();
        let unlisted =
            there.difference(&listed).map(|name| format!("`{name}` is not in the list of ARCHITECTURE.md"));
        let gone =
            listed.difference(&there).map(|name| format!("`{name}` is in the list of ARCHITECTURE.md only"));
        unlisted.chain(gone).collect()
    }

    /// Returns the position of an entry in the list of layers, counted from the top.
    pub fn position(&self, entry: &str) -> Option<usize> {
        self.0.iter().position(|name| name == entry)
    }
}

/// Returns the entry to which a file belongs in the list of layers. If there is a directory `check/`, the file
/// `check.rs` next to it belongs to `check/`.
pub fn entry(files: &Files, file: &str) -> String {
    if let Some((folder, _)) = file.split_once('/') {
        return format!("{folder}/");
    }
    let folder = format!("{}/", file.trim_end_matches(".rs"));
    if files.keys().any(|other| other.starts_with(&folder)) { folder } else { file.to_owned() }
}
