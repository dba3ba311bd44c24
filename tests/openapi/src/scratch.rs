//! A separate crate for a generated trait. It contains only the trait, and every warning is an error.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::Declaration;

/// Crates that share their dependencies.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
}

/// A crate with one trait.
#[derive(Debug)]
pub struct Crate<'s> {
    scratch: &'s Scratch,
    name: String,
    folder: PathBuf,
}

/// How a compilation went.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The time of the crate itself, without its dependencies.
    pub took: Duration,
    /// The errors and warnings of the compiler, if any.
    pub complaint: Option<String>,
}

impl Scratch {
    /// Crates below `folder`.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Builds the shared dependencies, so that they are not measured.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written or cargo cannot be run.
    pub fn warm_up(&self) -> Result<(), String> {
        let empty = self.write("warm_up", "//! Nothing.\n")?;
        let output = empty.cargo(&["check", "--offline", "--quiet"], &[])?;
        complaint(&output).map_or(Ok(()), Err)
    }

    /// The crate of a trait.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub fn hold(&self, declaration: &Declaration) -> Result<Crate<'_>, String> {
        let name = declaration.name.to_lowercase();
        let source = format!("//! One API.\n#![deny(warnings, missing_docs)]\n\n{}", declaration.source);
        self.write(&name, &source)
    }

    fn write(&self, name: &str, source: &str) -> Result<Crate<'_>, String> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = self.folder.join(name);
        let runtime = workspace.join("runtime");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             afresh = {{ path = {runtime:?} }}\nserde_json = \"1\"\n\n[workspace]\n",
        );
        let write = || {
            fs::create_dir_all(folder.join("src"))?;
            fs::write(folder.join("Cargo.toml"), manifest)?;
            fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
            fs::write(folder.join("src/lib.rs"), source)
        };
        write().map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Crate { scratch: self, name: name.to_owned(), folder })
    }
}

impl Crate<'_> {
    /// Checks the crate for errors and warnings.
    ///
    /// # Errors
    ///
    /// If cargo cannot be run.
    pub fn check(&self) -> Result<Checked, String> {
        // cargo compares modification times, and a new file may have the time of the last check.
        let _ = self.cargo(&["clean", "--offline", "--quiet", "--package", &self.name], &[])?;
        let started = Instant::now();
        let output = self.cargo(&["check", "--offline", "--quiet"], &[])?;
        Ok(Checked { took: started.elapsed(), complaint: complaint(&output) })
    }

    /// The number of lines of the crate after macro expansion.
    ///
    /// # Errors
    ///
    /// If it cannot be expanded.
    pub fn expanded_lines(&self) -> Result<usize, String> {
        let arguments = ["rustc", "--profile=check", "--offline", "--", "-Zunpretty=expanded"];
        // A separate folder, because that variable changes the build of every dependency.
        let target = self.scratch.folder.join("expanded").into_os_string();
        let output =
            self.cargo(&arguments, &[("RUSTC_BOOTSTRAP", "1".into()), ("CARGO_TARGET_DIR", target)])?;
        match complaint(&output) {
            Some(complaint) => Err(complaint),
            None => Ok(String::from_utf8_lossy(&output.stdout).lines().count()),
        }
    }

    fn cargo(&self, arguments: &[&str], more: &[(&str, OsString)]) -> Result<Output, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.scratch.folder.join("target"))
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTC_BOOTSTRAP");
        // Under clippy, these variables would be inherited.
        for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS"] {
            command.env_remove(name);
        }
        command.envs(more.iter().map(|(name, value)| (name, value)));
        command.output().map_err(|error| format!("cargo cannot be run: {error}"))
    }
}

fn complaint(output: &Output) -> Option<String> {
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
