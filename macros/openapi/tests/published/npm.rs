//! Documents as npm brings them: by version and integrity, each package once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A document within a package of npm's.
pub(crate) struct Published {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    /// What npm must find the package to be.
    pub(crate) integrity: &'static str,
    pub(crate) path: &'static str,
}

impl Published {
    /// Where the document is. It is brought once; what was not brought whole is not there.
    pub(crate) fn bring(&self, folder: &Path) -> PathBuf {
        let name = self.package.replace(['@', '/'], "_");
        let kept = folder.join(format!("{name}-{}", self.version));
        let document = kept.join("package").join(self.path);
        if document.exists() {
            return document;
        }
        let coming = folder.join(format!("{name}-coming-{}", std::process::id()));
        fs::create_dir_all(&coming).unwrap();
        let archive = self.pack(&coming);
        run(Command::new("tar").arg("-xzf").arg(archive).current_dir(&coming));
        let _ = fs::remove_dir_all(&kept);
        fs::rename(&coming, &kept).unwrap();
        document
    }

    fn pack(&self, into: &Path) -> PathBuf {
        let wanted = format!("{}@{}", self.package, self.version);
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

pub(crate) fn has_npm() -> bool {
    Command::new("npm").arg("--version").output().is_ok_and(|output| output.status.success())
}

pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
