//! A mistake, read from the files in `mistakes/`.

use std::fs;
use std::path::Path;

#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// The maximum number of errors that the mistake should cause.
    pub max: usize,
    /// A string that the first error message must contain.
    pub cure: String,
    /// Whether it is known that the mistake causes too many errors, or that its first error message lacks the expected
    /// string.
    pub is_known: bool,
    lines: Vec<String>,
    /// Whether the mistake is a complete item rather than a method of a trait.
    is_item: bool,
}

impl Case {
    /// Returns the mistake as a module whose name contains `number`.
    pub fn module(&self, number: usize) -> String {
        let lines = self.lines.join("\n");
        let inside = if self.is_item {
            lines
        } else {
            format!(
                "#[api]\npub trait Shop {{\n{lines}\n#[get(\"/ok\")]\nasync fn ok(&self) -> Result<u64>;\n}}\n{USE}"
            )
        };
        format!("pub mod m{number} {{\nuse super::prelude::*;\n{inside}\n}}\n")
    }
}

/// Code that must compile despite the mistake.
const USE: &str = "pub async fn uses(shop: &ShopClient) -> Result<u64> { shop.ok().await }";

pub fn read_all(folder: &Path) -> Vec<Case> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files.iter().flat_map(|path| read(&fs::read_to_string(path).unwrap())).collect()
}

/// Returns all mistakes in a file. A block of the file describes several mistakes if the block lists alternatives, and
/// one mistake otherwise.
fn read(text: &str) -> Vec<Case> {
    let blocks = text.split("\n== ").skip(1);
    blocks.flat_map(read_block).collect()
}

fn read_block(block: &str) -> Vec<Case> {
    let mut lines = block.lines().filter(|line| !line.trim().is_empty()).peekable();
    let header: Vec<&str> = lines.next().unwrap().splitn(3, '|').map(str::trim).collect();
    let [name, max, cure] = header.as_slice() else { panic!("not `name | count | text`: {header:?}") };
    let alternatives = lines.next_if(|line| line.starts_with("@ ")).map_or("", |line| &line[2..]);
    let is_item = lines.peek() == Some(&"item");
    let lines: Vec<&str> = lines.filter(|line| line.starts_with(' ')).collect();
    let one = |alternative: &str| {
        let (written, own) = alternative.split_once(" ⇒ ").unwrap_or((alternative, cure));
        Case {
            name: format!("{name}: {written}"),
            max: max.parse().unwrap(),
            cure: own.replace("@@", written),
            is_known: name.starts_with('~'),
            lines: lines.iter().map(|line| line.replace("@@", written)).collect(),
            is_item,
        }
    };
    alternatives.split(" ¦ ").map(|alternative| one(alternative.trim())).collect()
}

#[test]
fn a_block_is_one_mistake_for_each_alternative() {
    let cases = read("# comment\n\n== a name | 2 | cure `@@`\n@ x ¦ y ⇒ own\n    #[get(\"@@\")]\n");
    let found: Vec<_> =
        cases.iter().map(|case| (&*case.name, case.max, &*case.cure, &*case.lines[0])).collect();
    let expected =
        [("a name: x", 2, "cure `x`", "    #[get(\"x\")]"), ("a name: y", 2, "own", "    #[get(\"y\")]")];
    assert_eq!(found, expected, "name, `max`, `cure` and first line of each case");
}
