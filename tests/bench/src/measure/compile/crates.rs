//! Builds the measured program. The measured program is one crate whose source files are rewritten for each way to
//! define a client.
//!
//! The measured program has the dependencies of all designs, so that each dependency is built only once. The compiler
//! loads only the crates that the source code uses.

use std::path::PathBuf;
use std::process::Command;

use super::sources::Source;
use crate::again;
use crate::usage;

#[derive(Clone, Copy, Debug)]
pub enum Mode {
    Check,
    Debug,
    Release,
}

pub struct Scratch {
    folder: PathBuf,
}

const MANIFEST: &str = r#"
[package]
name = "endpoints"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
afresh = { path = "RUNTIME" }
feignhttp = { version = "0.6.3", default-features = false, features = ["reqwest-json"] }
futures = "0.3"
progenitor = "0.15"
reqwest = { version = "0.13.4", features = ["json", "query", "stream"] }
serde = { version = "1.0.229", features = ["derive"] }
serde_json = "1.0.154"

[profile.release]
strip = true
"#;

impl Scratch {
    /// Creates the crate. The benchmark's lock file pins the dependencies of the measured crate.
    pub fn new() -> Self {
        let here = env!("CARGO_MANIFEST_DIR");
        let scratch = Self { folder: again::folder("compile") };
        let write = |name: &str, text: &str| {
            std::fs::write(scratch.folder.join(name), text).expect("a folder that can be written")
        };
        write("Cargo.toml", &MANIFEST.replace("RUNTIME", &format!("{here}/../../runtime")));
        std::fs::create_dir_all(scratch.folder.join("src")).expect("a folder that can be written");
        std::fs::copy(format!("{here}/Cargo.lock"), scratch.folder.join("Cargo.lock"))
            .expect("the lock file of the bench exists");
        scratch
    }

    pub fn empty(&self) {
        self.write(&Source::default());
    }

    pub fn write(&self, source: &Source) {
        std::fs::write(self.folder.join("src/main.rs"), &source.program)
            .expect("a folder that can be written");
        std::fs::write(self.folder.join("api.json"), &source.document).expect("a folder that can be written");
    }

    /// Builds the program and returns the CPU time in seconds.
    pub fn build(&self, mode: Mode) -> f64 {
        let before = usage::of_children();
        let mut command = match mode {
            Mode::Check => self.cargo(&["check"]),
            Mode::Debug => self.cargo(&["build"]),
            Mode::Release => self.cargo(&["build", "--release"]),
        };
        let output = command.output().expect("cargo is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (usage::of_children() - before).as_secs_f64()
    }

    /// Returns the number of lines after macro expansion. `RUSTC_BOOTSTRAP` allows a stable compiler to accept an
    /// unstable flag.
    pub fn expanded_lines(&self) -> usize {
        let mut command = self.cargo(&["rustc", "--profile", "dev", "--", "-Zunpretty=expanded"]);
        let output = command.env("RUSTC_BOOTSTRAP", "1").output().expect("cargo is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).lines().count()
    }

    /// Returns the size of the release binary in bytes.
    pub fn size(&self) -> usize {
        let program = std::fs::metadata(self.folder.join("target/release/endpoints")).expect("it was built");
        usize::try_from(program.len()).expect("it fits")
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.arg("--quiet").args(arguments).current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", self.folder.join("target")).env("RUSTFLAGS", "");
        command
    }
}
