//! A crate of its own for a generated trait, compiled as a stranger would compile it: nothing but the trait, and every
//! warning an error.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::Declaration;

/// Crates that share what they are built upon.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
}

/// A crate that holds one trait.
#[derive(Debug)]
pub struct Crate<'s> {
    scratch: &'s Scratch,
    name: String,
    folder: PathBuf,
}

/// How a compilation went.
#[derive(Clone, Debug)]
pub struct Checked {
    /// How long the crate itself took, its dependencies built before.
    pub took: Duration,
    /// What the compiler said, if it was not content.
    pub complaint: Option<String>,
}

impl Scratch {
    /// Crates below `folder`.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Builds what every crate depends on, so that nothing of it is measured.
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
    /// Compiles the crate as far as errors and warnings go.
    ///
    /// # Errors
    ///
    /// If cargo cannot be run.
    pub fn check(&self) -> Result<Checked, String> {
        // cargo goes by times of change, which a file just written may share with the last check.
        let _ = self.cargo(&["clean", "--offline", "--quiet", "--package", &self.name], &[])?;
        let started = Instant::now();
        let output = self.cargo(&["check", "--offline", "--quiet"], &[])?;
        Ok(Checked { took: started.elapsed(), complaint: complaint(&output) })
    }

    /// How many lines the crate has once all macros are expanded.
    ///
    /// # Errors
    ///
    /// If it cannot be expanded.
    pub fn expanded_lines(&self) -> Result<usize, String> {
        let arguments = ["rustc", "--profile=check", "--offline", "--", "-Zunpretty=expanded"];
        // A folder of its own: with that variable everything below is built anew.
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
        // Where the linter is asked, it passes itself on to what it starts.
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
