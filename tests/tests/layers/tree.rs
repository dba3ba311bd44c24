//! The modules of a crate and their files. A resolver finds the file that defines the item named by an import path.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use crate::source::{self, Body, Kind, Name, Scope};

/// The files of a crate, keyed by their path relative to `src`, with `/` as the separator on every platform.
pub type Files = BTreeMap<String, String>;

#[derive(Debug)]
pub struct Module {
    pub parent: Option<usize>,
    pub file: String,
    /// Whether the module exists only in tests.
    pub test: bool,
    pub names: Vec<Name>,
    defines: BTreeSet<String>,
    /// The child modules, keyed by name. Several modules can have the same name if `cfg` selects between their files.
    children: BTreeMap<String, Vec<usize>>,
}

/// All modules of a crate. The crate root is the first module.
#[derive(Debug, Default)]
pub struct Tree {
    pub modules: Vec<Module>,
    pub errors: Vec<String>,
    exports: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    Module(usize),
    /// The file that defines the item.
    Item(String),
    /// The module in which the name was not found, for example because a macro defines the name.
    Unknown(usize),
}

/// The location of a module's child modules.
struct Place<'a> {
    parent: Option<usize>,
    file: &'a str,
    /// The directory that contains the files of the child modules.
    folder: String,
    inline: bool,
    test: bool,
}

pub fn read_files(root: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let parts = path.strip_prefix(root).unwrap().components();
                let parts: Vec<_> = parts.map(|part| part.as_os_str().to_str().unwrap()).collect();
                files.insert(parts.join("/"), fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}

impl Tree {
    pub fn new(files: &Files) -> Self {
        let mut tree = Self::default();
        let root = Place { parent: None, file: "lib.rs", folder: String::new(), inline: false, test: false };
        tree.load(files, &root);
        let seen: BTreeSet<&str> = tree.modules.iter().map(|module| module.file.as_str()).collect();
        let unseen = files.keys().filter(|file| !seen.contains(file.as_str()));
        let unseen: Vec<_> = unseen.map(|file| format!("{file} is not a module of the crate")).collect();
        tree.errors.extend(unseen);
        tree
    }

    /// Reads a file and the files of all its descendant modules.
    fn load(&mut self, files: &Files, place: &Place<'_>) -> Option<usize> {
        let Some(text) = files.get(place.file) else {
            self.errors.push(format!("{} is missing", place.file));
            return None;
        };
        match source::read(text) {
            Ok(mut scope) => {
                let exports = std::mem::take(&mut scope.exports);
                self.exports.extend(exports.into_iter().map(|name| (name, place.file.to_owned())));
                Some(self.add(files, place, scope))
            }
            Err(error) => {
                self.errors.push(format!("cannot read {}: {error}", place.file));
                None
            }
        }
    }

    fn add(&mut self, files: &Files, place: &Place<'_>, scope: Scope) -> usize {
        let id = self.modules.len();
        self.modules.push(Module {
            parent: place.parent,
            file: place.file.to_owned(),
            test: place.test,
            names: scope.names,
            defines: scope.defines,
            children: BTreeMap::new(),
        });
        for child in scope.children {
            let test = place.test || child.test;
            let added = match child.body {
                Body::Inline(inner) => {
                    let folder = join(&place.folder, &child.name);
                    let place = Place { parent: Some(id), file: place.file, folder, inline: true, test };
                    Some(self.add(files, &place, inner))
                }
                Body::File(path) => {
                    let file = file_of(files, place, &child.name, path.as_deref());
                    let folder = folder_of(&file, path.is_some());
                    let test = test || is_test(&file);
                    self.load(files, &Place { parent: Some(id), file: &file, folder, inline: false, test })
                }
            };
            self.modules[id].children.entry(child.name).or_default().extend(added);
        }
        id
    }

    /// Returns the items that a name in a module can refer to. The result is empty for names from other crates and
    /// names built into the language.
    pub fn targets(&self, module: usize, name: &Name) -> Vec<Target> {
        self.from(module, &name.path, &mut BTreeSet::new())
    }

    fn from(&self, module: usize, path: &[String], seen: &mut BTreeSet<(usize, String)>) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        match first.as_str() {
            "crate" => self.walk(0, rest, seen),
            "self" | "super" => self.walk(module, path, seen),
            _ if self.modules[module].children.contains_key(first) => self.walk(module, path, seen),
            // The path's first segment is an imported module. A path through an imported type does not add a
            // dependency, because the import has already added it.
            _ if !rest.is_empty() => {
                let imported = self.bound(module, first, seen).unwrap_or_default();
                let modules = imported.into_iter().filter_map(|target| match target {
                    Target::Module(id) => Some(id),
                    _ => None,
                });
                modules.flat_map(|id| self.walk(id, rest, seen)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn walk(&self, module: usize, path: &[String], seen: &mut BTreeSet<(usize, String)>) -> Vec<Target> {
        let Some((name, rest)) = path.split_first() else { return vec![Target::Module(module)] };
        let here = &self.modules[module];
        if name == "self" {
            return self.walk(module, rest, seen);
        }
        if name == "super" {
            return self.walk(here.parent.unwrap_or(0), rest, seen);
        }
        if let Some(children) = here.children.get(name) {
            let all: Vec<_> = children.iter().flat_map(|&child| self.walk(child, rest, seen)).collect();
            let known = |target: &Target| !matches!(target, Target::Unknown(_));
            return if all.iter().any(known) { all.into_iter().filter(known).collect() } else { all };
        }
        if here.defines.contains(name) {
            return vec![Target::Item(here.file.clone())];
        }
        if let Some(targets) = self.bound(module, name, seen) {
            let ends = targets.into_iter().flat_map(|target| match target {
                Target::Module(id) => self.walk(id, rest, seen),
                other => vec![other],
            });
            return ends.collect();
        }
        match self.exports.get(name).filter(|_| module == 0) {
            Some(file) => vec![Target::Item(file.clone())],
            None => vec![Target::Unknown(module)],
        }
    }

    /// Returns the targets of the import or re-export called `name` in a module, or `None` if the module has no import
    /// or re-export with that name.
    fn bound(&self, module: usize, name: &str, seen: &mut BTreeSet<(usize, String)>) -> Option<Vec<Target>> {
        if !seen.insert((module, name.to_owned())) {
            return None;
        }
        let names = &self.modules[module].names;
        let imports: Vec<_> = names.iter().filter(|import| import.bound.as_deref() == Some(name)).collect();
        let found = if imports.is_empty() {
            self.through_globs(module, name, seen)
        } else {
            Some(imports.iter().flat_map(|import| self.from(module, &import.path, seen)).collect())
        };
        seen.remove(&(module, name.to_owned()));
        found
    }

    fn through_globs(
        &self,
        module: usize,
        name: &str,
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Vec<Target>> {
        let globs =
            self.modules[module].names.iter().filter(|import| import.glob && import.kind != Kind::Inline);
        for glob in globs {
            for target in self.from(module, &glob.path, seen) {
                let Target::Module(id) = target else { continue };
                let found = self.walk(id, &[name.to_owned()], seen);
                if found.iter().any(|target| !matches!(target, Target::Unknown(_))) {
                    return Some(found);
                }
            }
        }
        None
    }
}

/// Returns the path of the file for `mod name;`, whether or not that file exists.
fn file_of(files: &Files, place: &Place<'_>, name: &str, path: Option<&str>) -> String {
    if let Some(path) = path {
        // The path is relative to the file's directory, even if the file has a separate directory for its modules.
        let folder = if place.inline { place.folder.as_str() } else { parent(place.file) };
        return join(folder, path);
    }
    let own = join(&place.folder, &format!("{name}.rs"));
    let nested = join(&place.folder, &format!("{name}/mod.rs"));
    if files.contains_key(&nested) { nested } else { own }
}

/// Returns the directory for the child modules of a file. A file named in a `#[path]` attribute is treated like a
/// `mod.rs`.
fn folder_of(file: &str, by_path: bool) -> String {
    let folder = parent(file);
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".rs");
    if by_path || stem == "mod" || stem == "lib" { folder.to_owned() } else { join(folder, stem) }
}

pub fn is_test(file: &str) -> bool {
    file.split('/').any(|part| part == "tests" || part == "tests.rs")
}

fn parent(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}
