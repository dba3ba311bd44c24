//! Compiles many mistakes at once and assigns each error to its mistake.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::case::Case;

/// The errors for one mistake, in the order in which the compiler reports them.
pub type Errors = Vec<String>;

/// The number of a mistake, the compiler's error code (such as `E0277`), and the error message. The error code is an
/// empty string if a macro reports the error.
type Found = (usize, String, String);

/// The compiler stops after a phase that reports errors, so one mistake's error can hide errors from later phases. Each
/// mistake is therefore checked again, together with the mistakes whose first error has the same error code.
pub fn check_all(cases: &[Case]) -> Vec<Errors> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut codes = BTreeMap::new();
    check_until_silent(cases, (0..cases.len()).collect(), &mut |(number, code, _)| {
        codes.entry(number).or_insert(code);
    });
    for (number, code) in codes {
        groups.entry(code).or_default().push(number);
    }
    let mut found = vec![Errors::new(); cases.len()];
    for numbers in groups.into_values() {
        check_until_silent(cases, numbers, &mut |(number, _, text)| found[number].push(text));
    }
    found
}

/// Checks the mistakes, and then repeatedly checks the mistakes that have not caused an error, until a check reports no
/// errors.
fn check_until_silent(cases: &[Case], mut open: Vec<usize>, keep: &mut dyn FnMut(Found)) {
    while !open.is_empty() {
        let errors = check(cases, &open);
        if errors.is_empty() {
            return;
        }
        open.retain(|number| !errors.iter().any(|(other, ..)| other == number));
        errors.into_iter().for_each(&mut *keep);
    }
}

/// Compiles the mistakes with the given numbers as one crate, and returns their errors.
fn check(cases: &[Case], numbers: &[usize]) -> Vec<Found> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = fs::read_to_string(manifest.join("mistakes/prelude.rs")).unwrap();
    let mut starts = Vec::new();
    for number in numbers {
        starts.push((text.lines().count() + 1, *number));
        text.push_str(&cases[*number].module(*number));
    }
    text.push_str("fn main() {}\n");
    let batch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mistakes.rs");
    fs::write(&batch, text).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--example", "mistakes", "--features", "mistakes"])
        .args(["--offline", "--message-format", "json"])
        .env("AFRESH_MISTAKES", &batch)
        .current_dir(manifest)
        .output()
        .unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    let is_one = |line: &&str| line.contains("\"compiler-message\"");
    assert!(
        output.status.success() || messages.lines().any(|line| is_one(&line)),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    messages
        .lines()
        .filter(is_one)
        .filter_map(|line| error_of(&serde_json::from_str(line).unwrap(), &batch, &starts))
        .collect()
}

fn error_of(message: &Value, batch: &Path, starts: &[(usize, usize)]) -> Option<Found> {
    let message = &message["message"];
    let spans = message["spans"].as_array()?;
    if message["level"] != "error" || spans.is_empty() {
        return None;
    }
    let rendered = message["rendered"].as_str()?.to_owned();
    let primary = spans.iter().filter(|span| span["is_primary"] == true).chain(spans);
    let line = primary.clone().find_map(|span| line_in(span, batch));
    let line = line.unwrap_or_else(|| panic!("an error outside of the mistakes: {rendered}"));
    let (_, number) = starts
        .iter()
        .rev()
        .find(|(start, _)| *start <= line)
        .unwrap_or_else(|| panic!("an error in the prelude: {rendered}"));
    let code = message["code"]["code"].as_str().unwrap_or_default().to_owned();
    Some((*number, code, rendered))
}

/// Returns the line number of a compiler span in the file `batch`. If the span is outside the file `batch`, the result
/// is the line number of the macro call that the span comes from.
fn line_in(span: &Value, batch: &Path) -> Option<usize> {
    if span["file_name"].as_str().is_some_and(|name| batch.ends_with(name) || Path::new(name) == batch) {
        return usize::try_from(span["line_start"].as_u64()?).ok();
    }
    line_in(span["expansion"].get("span")?, batch)
}
