//! Installs the servers' packages into the target directory, at fixed versions. If a version changes, the packages are
//! installed again.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// An interpreter, and the packages for one directory of servers.
#[derive(Clone, Copy, Debug)]
pub enum Kit {
    Node,
    Python,
    /// Strapi has a separate directory because it has 1,250 packages.
    Strapi,
}

#[derive(Clone, Debug)]
pub struct Interpreter {
    pub program: PathBuf,
    /// The directory that contains the servers and the packages that they import.
    pub folder: PathBuf,
}

impl Kit {
    /// Installs the packages once. Returns `None` and prints the reason if the interpreter is not available.
    pub fn bring(self) -> Option<Interpreter> {
        static NODE: OnceLock<Option<Interpreter>> = OnceLock::new();
        static PYTHON: OnceLock<Option<Interpreter>> = OnceLock::new();
        static STRAPI: OnceLock<Option<Interpreter>> = OnceLock::new();
        let kept = match self {
            Self::Node => &NODE,
            Self::Python => &PYTHON,
            Self::Strapi => &STRAPI,
        };
        let found = kept.get_or_init(|| self.install().map_err(|reason| self.skip(&reason)).ok());
        assert!(
            found.is_some() || std::env::var_os("AFRESH_REQUIRE_LIVE").is_none(),
            "the servers of tests/live/{} are required, but cannot be installed",
            self.name()
        );
        found.clone()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
            Self::Strapi => "strapi",
        }
    }

    /// Writes to stderr directly, because the test harness shows the output of `eprintln!` only for failing tests.
    fn skip(self, reason: &str) {
        let name = self.name();
        let line = format!("skipped because {reason}: the servers of tests/live/{name} are not tested");
        let mut out = std::io::stderr();
        writeln!(out, "{line}").unwrap();
    }

    fn install(self) -> Result<Interpreter, String> {
        let live = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.name());
        fs::create_dir_all(&folder).unwrap();
        // Another test run could be installing the packages at the same time.
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        copy(&live.join(self.name()), &folder);
        match self {
            Self::Node | Self::Strapi => {
                fs::copy(live.join("node/served.mjs"), folder.join("served.mjs")).unwrap();
                enough_node()?;
                once(&folder, "package-lock.json", || {
                    run(Command::new("npm")
                        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                        .current_dir(&folder))
                })?;
                Ok(Interpreter { program: "node".into(), folder })
            }
            Self::Python => {
                let python = folder.join("venv/bin/python");
                once(&folder, "requirements.txt", || {
                    run(Command::new("python3")
                        .args(["-m", "venv", "--clear", "venv"])
                        .current_dir(&folder))?;
                    let pip = [
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--disable-pip-version-check",
                        "-r",
                        "requirements.txt",
                    ];
                    run(Command::new(&python).args(pip).current_dir(&folder))
                })?;
                Ok(Interpreter { program: python, folder })
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Checks for node 20, the oldest version that all packages support.
fn enough_node() -> Result<(), String> {
    let version = run(Command::new("node").arg("--version"))?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(20..) => Ok(()),
        _ => Err(format!("node 20 or newer is needed, and this is {version}")),
    }
}

/// Does nothing if an earlier run has already installed the same versions.
fn once(folder: &Path, wanted: &str, bring: impl FnOnce() -> Result<Output, String>) -> Result<(), String> {
    let wanted = fs::read(folder.join(wanted)).unwrap();
    let brought = folder.join("brought");
    if fs::read(&brought).is_ok_and(|brought| brought == wanted) {
        return Ok(());
    }
    bring()?;
    fs::write(brought, wanted).unwrap();
    Ok(())
}

fn run(command: &mut Command) -> Result<Output, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name} cannot be run ({error})"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    // The last line on stderr contains the cause of the failure.
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    if output.status.success() { Ok(output) } else { Err(format!("{name} failed ({last})")) }
}
