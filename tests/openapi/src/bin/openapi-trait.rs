//! `openapi-trait <document.json|yaml> [--trait Name]` prints the trait of an API. What it cannot declare is printed to stderr.

use std::process::ExitCode;

use afresh_openapi::{Document, declare};

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("openapi-trait: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    const USAGE: &str = "usage: openapi-trait <document.json|yaml> [--trait Name]";
    let (mut path, mut name) = (None, None);
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--trait" => name = Some(arguments.next().ok_or(USAGE)?),
            "-h" | "--help" => {
                println!("{USAGE}");
                return Ok(());
            }
            _ if path.is_none() && !argument.starts_with('-') => path = Some(argument),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let path = path.ok_or(USAGE)?;
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let document = Document::parse(&text).map_err(|error| format!("{path}: {error}"))?;
    let declaration = declare(&document, name.as_deref());
    for note in &declaration.refused {
        eprintln!("not declared: {}: {}", note.operation, note.text);
    }
    for note in &declaration.notes {
        eprintln!("not said: {}: {}", note.operation, note.text);
    }
    eprintln!(
        "{} of {} operations declared by {} methods",
        declaration.declared, declaration.operations, declaration.methods
    );
    print!("{}", declaration.source);
    Ok(())
}
