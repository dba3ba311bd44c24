//! Measures the crates and the build time that afresh adds to a crate that already uses reqwest, tokio, and serde.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use crate::again;
use crate::section::{Section, number};
use crate::usage;

const ROUNDS: usize = 3;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Crates and build time added by afresh",
        "The first program depends on reqwest, serde_json, tokio (with `rt-multi-thread` and `macros`), and serde\n\
         (with `derive`), all with their default features. The second program also depends on afresh. The table\n\
         compares the numbers of crates in the two programs. The times are the CPU times of clean debug builds of the\n\
         two afresh crates and of all added crates. Each time is the minimum of three runs.",
    );
    let (before, after) = (Program::new("before", false), Program::new("after", true));
    let (had, has) = (before.crates(), after.crates());
    let added: Vec<&str> = has.difference(&had).map(String::as_str).collect();
    let theirs: Vec<&str> = added.iter().copied().filter(|name| !OURS.contains(name)).collect();
    after.build();
    let least = |names: &[&str]| (0..ROUNDS).map(|_| after.again(names)).fold(f64::INFINITY, f64::min);
    let (ours, all) = (least(&OURS), least(&added));
    let rows = [
        ["crates without afresh".to_owned(), had.len().to_string()],
        ["added crates, including `afresh` and `afresh-macros`".to_owned(), added.len().to_string()],
        ["CPU seconds for the afresh crates".to_owned(), number(ours)],
        ["CPU seconds for all added crates".to_owned(), number(all)],
    ];
    section.table(&["", ""], &rows.map(Vec::from));
    section.text(&format!("The other added crates are {}.", theirs.join(", ")));
    section.at_most("added crates", theirs.len() as f64, 12.0);
    section.at_most("CPU seconds for a clean build of afresh", ours, 8.0);
    section.count("crates added", added.len() as f64);
    section
}

const OURS: [&str; 2] = ["afresh", "afresh-macros"];

struct Program {
    folder: PathBuf,
}

impl Program {
    fn new(name: &str, with_afresh: bool) -> Self {
        let (folder, here) = (again::folder(&format!("dependencies/{name}")), env!("CARGO_MANIFEST_DIR"));
        let afresh = if with_afresh {
            format!("afresh = {{ path = \"{here}/../../runtime\" }}\n")
        } else {
            String::new()
        };
        let manifest = format!(
            "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{afresh}\
             reqwest = \"0.13.4\"\nserde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
        );
        std::fs::create_dir_all(folder.join("src")).expect("a folder that can be written");
        std::fs::write(folder.join("Cargo.toml"), manifest).expect("a folder that can be written");
        std::fs::write(folder.join("src/main.rs"), "fn main() {}\n").expect("a folder that can be written");
        std::fs::copy(format!("{here}/Cargo.lock"), folder.join("Cargo.lock"))
            .expect("the lock file of the bench exists");
        Self { folder }
    }

    /// Returns the names of all crates in the build of this program.
    fn crates(&self) -> BTreeSet<String> {
        let output = self.cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
        output.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    }

    fn build(&self) {
        self.cargo(&["build"]);
    }

    /// Rebuilds the named crates and returns the CPU time in seconds.
    fn again(&self, names: &[&str]) -> f64 {
        let packages = names.iter().flat_map(|name| ["--package", name]);
        self.cargo(&["clean"].into_iter().chain(packages).collect::<Vec<_>>());
        let before = usage::of_children();
        self.build();
        (usage::of_children() - before).as_secs_f64()
    }

    fn cargo(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("cargo");
        command.arg("--quiet").args(arguments).current_dir(&self.folder).env("RUSTFLAGS", "");
        // Disables incremental compilation, because cargo does not use it for crates from a registry.
        command.env("CARGO_INCREMENTAL", "0");
        let output =
            command.env("CARGO_TARGET_DIR", self.folder.join("target")).output().expect("cargo is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
