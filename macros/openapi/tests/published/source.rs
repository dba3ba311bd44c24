//! Documents as registries bring them: by version and integrity, each package once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A published document.
pub(crate) struct Published {
    pub(crate) name: &'static str,
    pub(crate) from: From,
    /// Where it is in its package.
    pub(crate) path: &'static str,
}

/// A package that has documents.
pub(crate) enum From {
    Npm(&'static Package),
    /// A crate that this one is tested with, so that `Cargo.lock` has its version and integrity.
    Crate(&'static str),
}

/// A package of npm's.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// What npm must find the package to be.
    pub(crate) integrity: &'static str,
}

impl Published {
    /// Where the document is.
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

    /// The package, for people.
    pub(crate) fn package(&self) -> String {
        match &self.from {
            From::Npm(package) => format!("npm `{}` {}", package.name, package.version),
            From::Crate(name) => format!("crate `{name}`"),
        }
    }
}

impl Package {
    /// The package's folder. It is brought once; what was not brought whole is not there.
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
            (&self.version.into(), &self.integrity.into())
        );
        // Older ones say the name of the scope in the file's name, but write it flat.
        into.join(said[0]["filename"].as_str().unwrap().replace('@', "").replace('/', "-"))
    }
}

/// Where cargo keeps the source of a dependency.
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
