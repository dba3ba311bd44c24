//! The result of a measurement: a section of the results page, the targets, and the counts that are the same in every
//! run.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// A section of `RESULTS.md`.
#[derive(Deserialize, Serialize)]
pub struct Section {
    pub text: String,
    pub targets: Vec<Target>,
    /// The counts that are the same in every run. A lower count is better.
    pub counts: Vec<(String, f64)>,
}

#[derive(Deserialize, Serialize)]
pub struct Target {
    pub name: String,
    pub limit: String,
    pub found: String,
    pub met: bool,
}

impl Section {
    pub fn new(title: &str, method: &str) -> Self {
        Self { text: format!("\n## {title}\n\n{method}\n"), targets: Vec::new(), counts: Vec::new() }
    }

    /// Adds a table. All columns except the first are right-aligned.
    pub fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        let _ = write!(self.text, "\n{}", table(columns, rows));
    }

    pub fn text(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    pub fn at_most(&mut self, name: &str, found: f64, limit: f64) {
        self.target(name, &format!("at most {}", number(limit)), &number(found), found <= limit);
    }

    pub fn at_least(&mut self, name: &str, found: f64, limit: f64) {
        self.target(name, &format!("at least {}", number(limit)), &number(found), found >= limit);
    }

    pub fn target(&mut self, name: &str, limit: &str, found: &str, met: bool) {
        let (name, limit, found) = (name.to_owned(), limit.to_owned(), found.to_owned());
        self.targets.push(Target { name, limit, found, met });
    }

    pub fn count(&mut self, name: impl Into<String>, count: f64) {
        self.counts.push((name.into(), count));
    }
}

pub fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let rule = columns.iter().enumerate().map(|(index, _)| if index == 0 { "---" } else { "---:" });
    let rows = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    line(columns.to_vec()) + &line(rule.collect()) + &rows.collect::<String>()
}

/// Formats a number for a table. Numbers below 100 have up to two decimal places, and numbers of 10 000 or more have
/// spaces as thousands separators.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size < 100.0 {
        let text = format!("{value:.2}");
        return text.strip_suffix(".00").map(str::to_owned).unwrap_or(text);
    }
    let digits = format!("{size:.0}");
    let spaced = size >= 10_000.0;
    let mut text = if value < 0.0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if spaced && index > 0 && (digits.len() - index) % 3 == 0 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
