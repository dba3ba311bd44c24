//! `openapi-report <folder> <name>=<document>...` compiles the trait of each document in a crate below `folder` and prints, as Markdown,
//! the number of declared operations, the time of the check, and the number of expanded lines.

use std::process::ExitCode;

use afresh_openapi::scratch::Scratch;
use afresh_openapi::{Declaration, Document, Note, declare};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, documents @ ..] = arguments.as_slice() else {
        eprintln!("usage: openapi-report <folder> <name>=<document.json|yaml>...");
        return ExitCode::FAILURE;
    };
    match report(folder, documents) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("openapi-report: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything was declared and compiled.
fn report(folder: &str, documents: &[String]) -> Result<bool, String> {
    let scratch = Scratch::new(std::path::absolute(folder).map_err(|error| error.to_string())?);
    scratch.warm_up()?;
    let mut is_whole = true;
    let mut notes = String::new();
    println!(
        "| document | operations | declared | methods | trait, lines | `cargo check`, s | expanded, lines | per method |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for argument in documents {
        let (name, path) = argument.split_once('=').ok_or("a document is given as <name>=<path>")?;
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        let document = Document::parse(&text).map_err(|error| format!("{path}: {error}"))?;
        let declaration = declare(&document, None);
        let held = scratch.hold(&declaration)?;
        let checked = held.check()?;
        if let Some(complaint) = &checked.complaint {
            is_whole = false;
            eprintln!("{name} does not compile:\n{complaint}");
        }
        let expanded = held.expanded_lines().unwrap_or_default();
        println!(
            "| {name}, {} | {} | {} | {} | {} | {:.1} | {expanded} | {} |",
            document.title().1,
            declaration.operations,
            declaration.declared,
            declaration.methods,
            declaration.source.lines().count(),
            checked.took.as_secs_f64(),
            expanded / declaration.methods.max(1),
        );
        is_whole &= declaration.refused.is_empty();
        notes += &remarks(name, &declaration);
    }
    println!("{notes}");
    Ok(is_whole)
}

/// What the trait does not declare, each kind once with its number of operations.
fn remarks(name: &str, declaration: &Declaration) -> String {
    let mut remarks = String::new();
    for (title, notes) in [("not declared", &declaration.refused), ("not said", &declaration.notes)] {
        let mut texts: Vec<&str> = notes.iter().map(|note| &*note.text).collect();
        texts.sort_unstable();
        texts.dedup();
        for text in texts {
            let same: Vec<&Note> = notes.iter().filter(|note| note.text == text).collect();
            let first = same.first().map(|note| &*note.operation).unwrap_or_default();
            remarks += &format!("\n- {name}, {title}, {} operations (`{first}`): {text}", same.len());
        }
    }
    remarks
}
