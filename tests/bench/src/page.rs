//! Writes `RESULTS.md` from the latest sections of all measurements.

use std::fs;
use std::path::PathBuf;

use crate::again;
use crate::measure::{ALL, Measurement};
use crate::section::{Section, table};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");

pub fn measure((name, measure): Measurement) -> Section {
    eprintln!("== {name}");
    let section = measure();
    let kept = serde_json::to_vec(&section).expect("text and numbers");
    fs::write(place(name), kept).expect("a file that can be written");
    section
}

/// Returns the text of `RESULTS.md` with all stored sections, even if the sections come from different runs.
pub fn compose() -> String {
    let sections: Vec<Section> = ALL
        .iter()
        .filter_map(|(name, _)| fs::read(place(name)).ok())
        .filter_map(|kept| serde_json::from_slice(&kept).ok())
        .collect();
    let rows: Vec<Vec<String>> = sections.iter().flat_map(|section| &section.targets).map(row).collect();
    let mut page =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/page.md")).expect("its introduction");
    page += &format!("\nMachine: {}.\n\n## Targets\n\n", machine());
    page += &table(&["target", "limit", "found", ""], &rows);
    page.extend(sections.iter().map(|section| section.text.as_str()));
    page += &fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/tried.md")).unwrap_or_default();
    page
}

pub fn write(page: &str) {
    fs::write(FILE, page).expect("a file that can be written");
}

fn row(target: &crate::section::Target) -> Vec<String> {
    let met = if target.met { "met" } else { "**missed**" };
    vec![target.name.clone(), target.limit.clone(), target.found.clone(), met.to_owned()]
}

fn place(name: &str) -> PathBuf {
    again::folder("sections").join(name)
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("unknown")
        .trim_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let said = |program: &str, arguments: &[&str]| {
        let output = std::process::Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let kernel = said("uname", &["-sr"]).unwrap_or_default();
    let compiler = said("rustc", &["--version"]).unwrap_or_default();
    let valgrind = said("valgrind", &["--version"]).unwrap_or_default();
    format!("{cores} cores of a virtual machine ({model}), {kernel}, {compiler}, {valgrind}")
}
