//! Tests compile errors: each file in `ui/` contains one mistake, and its `.stderr` file contains the complete compiler
//! output.
//!
//! `ui/README.md` explains how to review and regenerate the `.stderr` files.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_valid_use_compiles_and_runs() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}

/// If trybuild does not expect any case to compile, it checks all cases with one run of cargo, which takes less time.
#[test]
fn every_mistake_gives_the_recorded_error_and_no_other() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/everything_at_once.rs");
    for entry in fs::read_dir("ui").unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("pass") {
            cases.compile_fail(path.join("*.rs"));
        }
    }
}

#[test]
fn there_are_as_many_errors_as_marks_and_on_the_same_lines() {
    let answers = files(Path::new("ui"), "stderr");
    assert!(!answers.is_empty());
    for answer in answers {
        let source = answer.with_extension("rs");
        let text = fs::read_to_string(&source).unwrap();
        let marked: Vec<usize> = text
            .lines()
            .zip(1..)
            .flat_map(|(line, number)| vec![number; line.matches("//~ ERROR").count()])
            .collect();
        let answer = fs::read_to_string(answer).unwrap();
        assert_eq!(error_lines(&answer, &source), marked, "{}", source.display());
    }
}

fn files(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, kind));
        } else if path.extension().is_some_and(|extension| extension == kind) {
            found.push(path);
        }
    }
    found
}

/// Returns the line number of each compiler error, taken from the first ` --> ` line after the error.
fn error_lines(answer: &str, source: &Path) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut at_error = false;
    for line in answer.lines() {
        at_error |= line.starts_with("error");
        let place = line.trim_start().strip_prefix("--> ").filter(|_| at_error);
        if let Some(place) = place {
            let mut parts = place.split(':');
            assert_eq!(parts.next(), source.to_str(), "an error outside of the case:\n{answer}");
            lines.extend(parts.next().and_then(|number| number.parse::<usize>().ok()));
            at_error = false;
        }
    }
    lines.sort_unstable();
    lines
}
