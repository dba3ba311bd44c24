//! What was found, as Markdown, and which targets were missed.

use std::fmt::Write;

/// The page of results, as far as it is written.
#[derive(Default)]
pub struct Report {
    text: String,
    targets: Vec<Target>,
}

struct Target {
    name: String,
    limit: String,
    found: String,
    met: bool,
}

impl Report {
    /// A heading, and what is to be known of what follows.
    pub fn section(&mut self, title: &str, method: &str) {
        let _ = write!(self.text, "\n## {title}\n\n{method}\n");
        eprintln!("== {title}");
    }

    /// A table; numbers stand at the right of all columns but the first.
    pub fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let rule = columns.iter().enumerate().map(|(index, _)| if index == 0 { "---" } else { "---:" });
        let mut table = line(columns.to_vec()) + &line(rule.collect());
        for row in rows {
            table += &line(row.iter().map(String::as_str).collect());
        }
        let _ = write!(self.text, "\n{table}");
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    /// A target: found must not be more than the limit.
    pub fn at_most(&mut self, name: &str, found: f64, limit: f64, unit: &str) {
        let (found_text, limit_text) =
            (format!("{} {unit}", number(found)), format!("at most {} {unit}", number(limit)));
        self.target(name, limit_text.trim(), found_text.trim(), found <= limit);
    }

    /// A target: found must not be less than the limit.
    pub fn at_least(&mut self, name: &str, found: f64, limit: f64, unit: &str) {
        let (found_text, limit_text) =
            (format!("{} {unit}", number(found)), format!("at least {} {unit}", number(limit)));
        self.target(name, limit_text.trim(), found_text.trim(), found >= limit);
    }

    /// A target in words.
    pub fn target(&mut self, name: &str, limit: &str, found: &str, met: bool) {
        let (name, limit, found) = (name.to_owned(), limit.to_owned(), found.to_owned());
        self.targets.push(Target { name, limit, found, met });
    }

    /// All that was written, the targets first.
    pub fn page(&self, introduction: &str) -> String {
        let mut page = Self { text: introduction.to_owned(), targets: Vec::new() };
        let rows = self.targets.iter().map(|target| {
            let met = if target.met { "met" } else { "**missed**" };
            vec![target.name.clone(), target.limit.clone(), target.found.clone(), met.to_owned()]
        });
        page.table(&["target", "limit", "found", ""], &rows.collect::<Vec<_>>());
        page.text + &self.text
    }

    /// The targets that were missed.
    pub fn missed(&self) -> Vec<&str> {
        self.targets.iter().filter(|target| !target.met).map(|target| target.name.as_str()).collect()
    }
}

/// A number as a table shows it: whole from a thousand on, with spaces between groups of three.
pub fn number(value: f64) -> String {
    if value.abs() < 1000.0 {
        let text = format!("{value:.2}");
        let text = text.strip_suffix(".00").map(str::to_owned).unwrap_or(text);
        return text;
    }
    let digits = format!("{:.0}", value.abs());
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    if value < 0.0 { format!("-{grouped}") } else { grouped }
}
