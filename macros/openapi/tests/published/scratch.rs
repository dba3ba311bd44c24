//! Compiles each generated client in a separate crate, in which the client is a module of a binary and every warning is
//! an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A directory of crates that share their compiled dependencies.
pub(crate) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Creates the crates in `folder`. The dependencies are built first, so that no measurement includes them.
    pub(crate) fn new(folder: PathBuf) -> Self {
        let scratch = Self { folder };
        let empty = scratch.write("warm_up", "", "fn main() {}\n");
        let output = cargo(&scratch.folder, &empty, &["check", "--quiet"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        scratch
    }

    /// Returns the time that `cargo check` needs for a client, excluding the time for the client's dependencies.
    pub(crate) fn check(&self, name: &str, client: &str) -> Result<Duration, String> {
        let folder = self.write(name, client, "mod client;\n\nfn main() {}\n");
        // Cargo compares modification times, and a new file can have the same modification time as the file from the
        // previous check.
        cargo(&self.folder, &folder, &["clean", "--quiet", "--package", name]);
        let started = Instant::now();
        let output = cargo(&self.folder, &folder, &["check", "--quiet"]);
        let took = started.elapsed();
        if output.status.success() {
            Ok(took)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Builds a program from `main` and the given modules, one of which is the client.
    pub(crate) fn build(&self, name: &str, modules: &[(&str, String)]) -> Program {
        let folder = self.folder.join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        for (module, source) in modules {
            fs::write(folder.join(format!("src/{module}.rs")), source).unwrap();
        }
        let (_, client) = modules.iter().find(|(module, _)| *module == "client").unwrap();
        let folder = self.write(name, client, MAIN);
        let built = cargo(&self.folder, &folder, &["build", "--quiet"]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Program(self.folder.join("target/debug").join(name))
    }

    fn write(&self, name: &str, client: &str, main: &str) -> PathBuf {
        let folder = self.folder.join(name);
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let runtime = workspace.join("runtime");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             afresh = {{ path = {runtime:?}, default-features = false, features = [\"login\"] }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\
             tokio = {{ version = \"1\", features = [\"rt\", \"time\"] }}\n\n\
             [profile.dev]\ndebug = false\n\n[workspace]\n",
        );
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        fs::write(folder.join("src/client.rs"), client).unwrap();
        fs::write(folder.join("src/main.rs"), main).unwrap();
        folder
    }
}

fn cargo(scratch: &Path, folder: &Path, arguments: &[&str]) -> Output {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).arg("--offline").current_dir(folder);
    command.env("CARGO_TARGET_DIR", scratch.join("target")).env("RUSTFLAGS", "-D warnings");
    // Clippy sets variables such as `RUSTC_WORKSPACE_WRAPPER` for its child processes. If this test's cargo command
    // inherited the variables of Clippy, cargo would also run Clippy.
    for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS", "RUSTC_BOOTSTRAP"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

/// A `main.rs` that calls the server at the URL given as the argument. Without an argument, the program decodes and
/// encodes each line of its input.
const MAIN: &str = "\
mod calls;
mod client;
mod values;

fn main() {
    if let Some(url) = std::env::args().nth(1) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(calls::all(&url));
    }
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let (index, value) = line.split_once(' ').unwrap();
        println!(\"{}\", values::again(index, value));
    }
}
";

pub(crate) struct Program(PathBuf);

impl Program {
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> String {
        use std::io::Write;
        let mut program = Command::new(&self.0);
        program.args(arguments).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = program.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }
}
