//! Tests the compiler errors for mistakes that new users make. `mistakes/README.md` describes the collection.

mod batch;
mod case;
mod renamed;

use std::fmt::Write as _;
use std::path::Path;

use case::Case;

/// The maximum number of mistakes whose errors may fall short of the requirements. Mistakes whose errors may fall short
/// of the requirements have names that start with `~`.
const MAX_SHORT: usize = 13;

/// Returns the reason why a mistake's errors fall short of the requirements, or `None` if the errors meet the
/// requirements. The requirements: the compiler reports at most one error per cause, and the first error states the
/// fix.
fn shortfall(case: &Case, errors: &[String]) -> Option<String> {
    match errors {
        [] => Some("accepted in silence".to_owned()),
        _ if errors.len() > case.max => Some(format!("{} errors for {}", errors.len(), case.max)),
        [first, ..] if !first.contains(&case.cure) => Some(format!("no `{}`", case.cure)),
        _ => None,
    }
}

#[test]
fn every_mistake_has_one_error_that_names_the_cure() {
    let cases = case::read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("mistakes"));
    let errors = batch::check_all(&cases);
    let mut report = String::new();
    let (mut short, mut unknown, mut silent) = (0, 0, 0);
    for (case, errors) in cases.iter().zip(&errors) {
        let Some(why) = shortfall(case, errors) else { continue };
        short += 1;
        unknown += usize::from(!case.is_known);
        silent += usize::from(errors.is_empty());
        writeln!(report, "== {}\n{why}\n{}", case.name, errors.concat()).unwrap();
    }
    println!("{} mistakes, {} meet the requirements\n{report}", cases.len(), cases.len() - short);
    assert_eq!(
        (unknown, silent),
        (0, 0),
        "mistakes whose errors unexpectedly miss the requirements, and mistakes without an error: {report}"
    );
    assert!(cases.len() >= 470 && short <= MAX_SHORT, "{} of {}", cases.len() - short, cases.len());
}
