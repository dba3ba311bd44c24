//! Locates the published documents, and downloads those that come from npm. Each npm package has a pinned version and
//! integrity hash and is downloaded only once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

pub(crate) struct Published {
    pub(crate) name: &'static str,
    pub(crate) from: From,
    /// The path of the document within its package.
    pub(crate) path: &'static str,
}

pub(crate) enum From {
    Npm(&'static Package),
    /// The document is part of a dev-dependency, and `Cargo.lock` pins the version and the checksum of that
    /// dev-dependency.
    Crate(&'static str),
}

pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) integrity: &'static str,
}

impl Published {
    /// Returns the path of the document, and downloads the document's package if necessary.
    pub(crate) fn bring(&self, folder: &Path) -> PathBuf {
        let document = match &self.from {
            From::Npm(package) => package.bring(folder).join(self.path),
            From::Crate(name) => folder_of(name).join(self.path),
        };
        let plain = document.with_extension("");
        if document.extension().is_some_and(|extension| extension == "gz") && !plain.exists() {
            run(Command::new("gunzip").arg("-k").arg(&document));
        }
        if plain.exists() { plain } else { document }
    }

    pub(crate) fn package(&self) -> String {
        match &self.from {
            From::Npm(package) => format!("npm `{}` {}", package.name, package.version),
            From::Crate(name) => format!("crate `{name}`"),
        }
    }
}

impl Package {
    /// Returns the package's directory. The package is downloaded once, and its directory gets its final name only
    /// after the download is complete.
    pub(crate) fn bring(&self, folder: &Path) -> PathBuf {
        let name = self.name.replace(['@', '/'], "_");
        let kept = folder.join(format!("{name}-{}", self.version));
        if kept.exists() {
            return kept.join("package");
        }
        let coming = folder.join(format!("{name}-coming-{}", std::process::id()));
        fs::create_dir_all(&coming).unwrap();
        let archive = self.pack(&coming);
        run(Command::new("tar").arg("-xzf").arg(archive).current_dir(&coming));
        fs::rename(&coming, &kept).unwrap();
        kept.join("package")
    }

    fn pack(&self, into: &Path) -> PathBuf {
        let wanted = format!("{}@{}", self.name, self.version);
        let output = run(Command::new("npm").args(["pack", "--json", &wanted]).current_dir(into));
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&said[0]["version"], &said[0]["integrity"]),
            (&self.version.into(), &self.integrity.into()),
            "version and integrity of the package"
        );
        // Older npm versions report a file name that includes the scope, but the name of the written file does not
        // include the scope.
        into.join(said[0]["filename"].as_str().unwrap().replace('@', "").replace('/', "-"))
    }
}

/// Returns the directory where cargo stores a dependency's source.
fn folder_of(name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--offline", "--locked"]);
    let output = run(command.current_dir(env!("CARGO_MANIFEST_DIR")));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = said["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

pub(crate) fn has_npm() -> bool {
    Command::new("npm").arg("--version").output().is_ok_and(|output| output.status.success())
}

pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
