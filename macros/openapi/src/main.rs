//! The `afresh-openapi DOCUMENT` command, which prints the generated client to stdout and a list of the unsupported
//! parts of the document to stderr.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use afresh_openapi::{Dates, Document, Error, Generated, Settings, Traits, differences, generate};
use lexopt::prelude::*;

const USAGE: &str = "\
usage: afresh-openapi DOCUMENT [options]

Writes a typed afresh client from OpenAPI 3.0, 3.1 or Swagger 2.0, in JSON or YAML.

  -o, --output FILE      write to FILE instead of stdout
      --check            write nothing; compare the generated source with the --output file
      --strict           write nothing if any part of the document is unsupported
      --config FILE      the overrides file; by default `afresh-openapi.toml` in the document's directory, if it exists
      --traits tag|one   write one trait for each tag (default) or one trait for all operations
      --name NAME        set the name of the trait for operations without a tag
      --dates string|jiff
                         write dates and times as `String` (default) or as types from the `jiff` crate
  -h, --help             print this text
  -V, --version          print the version

The exit status is 0 without losses, 3 with losses, 1 without a client, and 4 if --check found differences.
";

const LOST: u8 = 3;
const DIFFERENT: u8 = 4;

#[derive(Default)]
struct Arguments {
    document: Option<PathBuf>,
    output: Option<PathBuf>,
    config: Option<PathBuf>,
    check: bool,
    strict: bool,
    traits: Option<Traits>,
    dates: Option<Dates>,
    name: Option<String>,
}

fn main() -> ExitCode {
    match parse(lexopt::Parser::from_env()).map_err(|error| format!("{error}\n\n{USAGE}")) {
        Ok(Some(arguments)) => run(&arguments).unwrap_or_else(|problem| {
            eprintln!("afresh-openapi: {problem}");
            ExitCode::FAILURE
        }),
        Ok(None) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("afresh-openapi: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Parses the arguments. Returns `None` after printing the help text or the version.
fn parse(mut parser: lexopt::Parser) -> Result<Option<Arguments>, lexopt::Error> {
    let mut arguments = Arguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => {
                print!("{USAGE}");
                return Ok(None);
            }
            Short('V') | Long("version") => {
                println!("afresh-openapi {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            Short('o') | Long("output") => arguments.output = Some(parser.value()?.into()),
            Long("config") => arguments.config = Some(parser.value()?.into()),
            Long("check") => arguments.check = true,
            Long("strict") => arguments.strict = true,
            Long("name") => arguments.name = Some(parser.value()?.string()?),
            Long("traits") => {
                arguments.traits = Some(parser.value()?.parse_with(|text| match text {
                    "tag" => Ok(Traits::Tag),
                    "one" => Ok(Traits::One),
                    _ => Err("expected `tag` or `one`"),
                })?);
            }
            Long("dates") => {
                arguments.dates = Some(parser.value()?.parse_with(|text| match text {
                    "string" => Ok(Dates::String),
                    "jiff" => Ok(Dates::Jiff),
                    _ => Err("expected `string` or `jiff`"),
                })?);
            }
            Value(path) if arguments.document.is_none() => arguments.document = Some(path.into()),
            other => return Err(other.unexpected()),
        }
    }
    if arguments.document.is_none() {
        return Err("a document is missing".into());
    }
    if arguments.check && arguments.output.is_none() {
        return Err("`--check` needs the file to compare: add `-o FILE`".into());
    }
    Ok(Some(arguments))
}

fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let path = arguments.document.as_deref().unwrap_or(Path::new(""));
    let settings = settings(arguments, path)?;
    let document = Document::open(path)?;
    let generated = generate(&document, &settings).map_err(|error| document.place(error))?;
    generated.losses.iter().for_each(|loss| eprintln!("lost: {loss}"));
    eprintln!("{}", summary(&generated));
    let is_whole = generated.losses.is_empty();
    if arguments.strict && !is_whole {
        eprintln!(
            "afresh-openapi: no client was written, because `--strict` is set and the client would not support the whole document"
        );
        return Ok(ExitCode::FAILURE);
    }
    match &arguments.output {
        Some(file) if arguments.check => Ok(check(file, &generated)),
        Some(file) => std::fs::write(file, &generated.source)
            .map_err(|error| {
                eprintln!("afresh-openapi: {}: {error}", file.display());
                error
            })
            .map_or(Ok(ExitCode::FAILURE), |()| Ok(status(is_whole))),
        None => Ok(print(&generated.source, is_whole)),
    }
}

/// Command-line options take precedence over the overrides file.
fn settings(arguments: &Arguments, document: &Path) -> Result<Settings, Error> {
    let beside = document.parent().unwrap_or(Path::new("")).join("afresh-openapi.toml");
    let mut settings = match &arguments.config {
        Some(config) => Settings::open(config)?,
        None if beside.is_file() => Settings::open(beside)?,
        None => Settings::default(),
    };
    settings.traits = arguments.traits.unwrap_or(settings.traits);
    settings.dates = arguments.dates.unwrap_or(settings.dates);
    settings.name = arguments.name.clone().or(settings.name);
    Ok(settings)
}

fn status(is_whole: bool) -> ExitCode {
    if is_whole { ExitCode::SUCCESS } else { ExitCode::from(LOST) }
}

fn print(source: &str, is_whole: bool) -> ExitCode {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(source.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => status(is_whole),
        Err(error) => {
            eprintln!("afresh-openapi: {error}");
            ExitCode::FAILURE
        }
    }
}

fn check(file: &Path, generated: &Generated) -> ExitCode {
    let old = match std::fs::read_to_string(file) {
        Ok(old) => old,
        Err(error) => {
            eprintln!("different: {}: {error}", file.display());
            return ExitCode::from(DIFFERENT);
        }
    };
    let differences = differences(&old, &generated.source);
    differences.iter().for_each(|difference| eprintln!("different: {difference}"));
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) }
}

fn summary(generated: &Generated) -> String {
    format!(
        "{} operations: {} methods in {} traits, {} types, {} losses\nCargo.toml: {}",
        generated.operations,
        generated.methods,
        generated.traits.len(),
        generated.types,
        generated.losses.len(),
        generated.needs.join(", ")
    )
}
