//! Reads the order of a crate's folders from ARCHITECTURE.md. Each line of the list names a folder or a file and
//! describes it in a sentence, from the top layer to the bottom layer.

use std::collections::BTreeSet;

use crate::tree::{Files, is_test};

/// The listed names, such as `client/` for a folder and `lib.rs` for a file.
#[derive(Debug)]
pub struct Order(Vec<String>);

impl Order {
    /// Reads the block that starts with ```` ```layers SOURCE ````, such as ```` ```layers runtime/src ````.
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

    /// Returns the names that exist only in the list or only in the folder. Test files belong to no layer.
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

    /// Returns the position of an entry, counted from the top.
    pub fn position(&self, entry: &str) -> Option<usize> {
        self.0.iter().position(|name| name == entry)
    }
}

/// Returns the list entry that a file belongs to. A file `check.rs` beside a folder `check` belongs to `check/`.
pub fn entry(files: &Files, file: &str) -> String {
    if let Some((folder, _)) = file.split_once('/') {
        return format!("{folder}/");
    }
    let folder = format!("{}/", file.trim_end_matches(".rs"));
    if files.keys().any(|other| other.starts_with(&folder)) { folder } else { file.to_owned() }
}
