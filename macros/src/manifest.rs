//! Determines whether the user's Cargo.toml renames the runtime: `net = { package = "afresh", ... }`.
//!
//! A full TOML parser would add seconds to every build. Cargo has already checked the file, so a scan of its lines is
//! enough. The scan ignores lines that it does not understand.

use std::path::{Path, PathBuf};
use std::{env, fs};

const PACKAGE: &str = "afresh";

/// Returns the runtime's name in the crate being compiled, if that name is not `afresh`.
pub(crate) fn renamed_runtime() -> Option<String> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let dependencies = dependencies(&fs::read_to_string(folder.join("Cargo.toml")).ok()?, false);
    let root = || workspace_of(&folder).map(|text| self::dependencies(&text, true)).unwrap_or_default();
    renamed_in(&dependencies, root)
}

fn renamed_in(dependencies: &[Dependency], root: impl FnOnce() -> Vec<Dependency>) -> Option<String> {
    if dependencies.iter().any(|known| known.name == PACKAGE) {
        return None;
    }
    let own = dependencies.iter().find(|known| known.package.as_deref() == Some(PACKAGE));
    let found = own.map(|known| known.name.clone()).or_else(|| {
        let of_root = root().into_iter().filter(|known| known.package.as_deref() == Some(PACKAGE));
        let inherits = |name: &str| dependencies.iter().any(|known| known.is_inherited && known.name == name);
        of_root.map(|known| known.name).find(|name| inherits(name))
    })?;
    Some(found.replace('-', "_"))
}

/// Returns the manifest of the workspace that contains the package in `folder`.
fn workspace_of(folder: &Path) -> Option<String> {
    let manifests = folder.ancestors().map(|folder| folder.join("Cargo.toml"));
    let mut texts = manifests.filter_map(|path| fs::read_to_string(path).ok());
    texts.find(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Dependency {
    name: String,
    package: Option<String>,
    /// Whether the entry has `workspace = true`.
    is_inherited: bool,
}

/// Returns the dependencies from all dependency tables of a manifest, or only those from `[workspace.dependencies]`.
fn dependencies(manifest: &str, of_workspace: bool) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut table = Table::Other;
    for line in manifest.lines() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
            table = Table::of(header, of_workspace);
            if let Table::One(name) = &table {
                found.push(Dependency { name: name.clone(), ..Dependency::default() });
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
        match (&table, found.last_mut()) {
            (Table::All, _) => found.push(Dependency::of_line(key, value)),
            (Table::One(_), Some(last)) => last.set(key, value),
            _ => {}
        }
    }
    found
}

enum Table {
    /// The `[dependencies]` table, which has one line per dependency.
    All,
    /// A table such as `[dependencies.net]`, which describes one dependency.
    One(String),
    Other,
}

impl Table {
    fn of(header: &str, of_workspace: bool) -> Self {
        let is_table =
            |name: &str| ["dependencies", "dev-dependencies", "build-dependencies"].contains(&name);
        let segments: Vec<&str> = header.split('.').map(unquoted).collect();
        if (segments.first() == Some(&"workspace")) != of_workspace {
            return Self::Other;
        }
        match segments.as_slice() {
            [.., last] if is_table(last) => Self::All,
            [.., table, name] if is_table(table) => Self::One((*name).to_owned()),
            _ => Self::Other,
        }
    }
}

impl Dependency {
    /// Reads `net = { package = "afresh" }`, `net.package = "afresh"` or `afresh = "1"`.
    fn of_line(key: &str, value: &str) -> Self {
        let mut key = key.split('.').map(unquoted);
        let mut found = Self { name: key.next().unwrap_or_default().to_owned(), ..Self::default() };
        match key.next() {
            Some(field) => found.set(field, value),
            None => {
                for field in value.split(['{', ',', '}']) {
                    if let Some((key, value)) = field.split_once('=') {
                        found.set(key, value);
                    }
                }
            }
        }
        found
    }

    fn set(&mut self, key: &str, value: &str) {
        match unquoted(key) {
            "package" => {
                self.package = Some(unquoted(value.split('#').next().unwrap_or_default()).to_owned());
            }
            "workspace" => self.is_inherited = value.trim().starts_with("true"),
            _ => {}
        }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(manifest: &str, root: &str) -> Option<String> {
        renamed_in(&dependencies(manifest, false), || dependencies(root, true))
    }

    #[test]
    fn every_way_to_rename_a_dependency_is_found() {
        for manifest in [
            "[dependencies]\nnet = { version = \"1\", package = \"afresh\" }",
            "[dependencies]\nserde = \"1\"\nnet = {package='afresh',path=\"../x\"} # renamed",
            "[dependencies]\nnet.package = \"afresh\"\nnet.version = \"1\"",
            "[dependencies.net]\nversion = \"1\"\npackage = \"afresh\" # renamed",
            "[target.'cfg(unix)'.dependencies]\nnet = { package = \"afresh\" }",
            "[dev-dependencies]\n\"net\" = { package = \"afresh\", features = [\"hyper\", \"redis\"] }",
        ] {
            assert_eq!(renamed(manifest, "").as_deref(), Some("net"), "{manifest}");
        }
        assert_eq!(
            renamed("[dependencies]\nmy-net = { package = \"afresh\" }", "").as_deref(),
            Some("my_net")
        );
    }

    #[test]
    fn a_renamed_dependency_may_come_from_the_workspace() {
        let root = "[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nnet = { package = \"afresh\" }";
        assert_eq!(renamed("[dependencies]\nnet.workspace = true", root).as_deref(), Some("net"));
        assert_eq!(renamed("[dependencies]\nnet = { workspace = true }", root).as_deref(), Some("net"));
        assert_eq!(renamed("[dependencies.net]\nworkspace = true", root).as_deref(), Some("net"));
        assert_eq!(renamed("[dependencies]\nother.workspace = true", root), None);
        assert_eq!(renamed("[dependencies]\nnet = \"1\"", root), None);
    }

    #[test]
    fn nothing_else_is_a_renaming() {
        for manifest in [
            "",
            "[dependencies]\nafresh = \"1\"",
            "[dependencies]\nafresh.workspace = true\nnet = { package = \"afresh\" }",
            "[dependencies.afresh]\nversion = \"1\"",
            "[package]\nname = \"net\"\n[package.metadata]\nnet = { package = \"afresh\" }",
            "[dependencies]\n# net = { package = \"afresh\" }",
            "[dependencies]\nnet = { package = \"afresh-core\" }",
            "[features]\nnet = [\"package=afresh\"]",
        ] {
            assert_eq!(renamed(manifest, ""), None, "{manifest}");
        }
    }

    /// This test's package depends on the runtime under the name `afresh`.
    #[test]
    fn this_package_renames_nothing() {
        assert_eq!(renamed_runtime(), None);
    }
}
