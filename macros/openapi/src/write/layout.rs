//! Formats a generated file. `prettyplease` formats each item, and this module adds blank lines between items and
//! between methods.

use syn::{File, Item};

use crate::error::Error;

/// Returns the formatted source code of the generated file. The generated source is parsed first, so that the command
/// never writes invalid Rust.
pub(super) fn lay_out(head: &str, uses: &str, items: &str) -> Result<String, Error> {
    let file = parse(items)?;
    let mut source = format!("{head}\n{uses}");
    for item in file.items {
        if !source.ends_with("\n\n") {
            source.push('\n');
        }
        source += &item_text(item);
    }
    Ok(source)
}

fn parse(text: &str) -> Result<File, Error> {
    syn::parse_file(text).map_err(|error| {
        Error::new(format!(
            "the generated client is not valid Rust, which is a bug in afresh-openapi: {error}"
        ))
    })
}

/// Adds blank lines between the methods of a trait.
fn item_text(item: Item) -> String {
    let is_trait = matches!(item, Item::Trait(_));
    let text = prettyplease::unparse(&File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: vec![item],
    });
    if !is_trait {
        return text;
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut spaced = String::new();
    let mut is_attribute = false;
    for (at, line) in lines.iter().enumerate() {
        spaced += if is_attribute { line.trim_start() } else { line };
        // A parameter's attribute is written on the same line as the parameter.
        is_attribute = line.starts_with("        #[") && line.ends_with(']');
        spaced.push(if is_attribute { ' ' } else { '\n' });
        let is_at_method =
            line.starts_with("    ") && !line.starts_with("     ") && !line.starts_with("    //");
        if is_at_method && line.ends_with(';') && lines.get(at + 1).is_some_and(|next| *next != "}") {
            spaced.push('\n');
        }
    }
    spaced
}

/// The items of a file, each with its name and its formatted source.
pub(crate) type Items = Vec<(String, String)>;

/// Returns each item of a file with its kind and name, in a uniform layout, so that two files can be compared. Each
/// trait method is a separate item.
fn items(source: &str) -> Result<Items, Error> {
    let mut found = Vec::new();
    for item in parse(source)?.items {
        let name = match &item {
            Item::Trait(item) => format!("trait {}", item.ident),
            Item::Struct(item) => format!("struct {}", item.ident),
            Item::Enum(item) => format!("enum {}", item.ident),
            Item::Fn(item) => format!("fn {}", item.sig.ident),
            Item::Const(item) => format!("const {}", item.ident),
            Item::Use(_) => "use".to_owned(),
            Item::Impl(_) => "impl".to_owned(),
            _ => "item".to_owned(),
        };
        if let Item::Trait(api) = item {
            let mut empty = api.clone();
            empty.items.clear();
            found.push((name.clone(), item_text(Item::Trait(empty.clone()))));
            // The trait's attributes are compared together with the trait, not with each method.
            empty.attrs.clear();
            for method in api.items {
                let syn::TraitItem::Fn(function) = &method else { continue };
                let method_name = format!("{name}::{}", function.sig.ident);
                let mut holder = empty.clone();
                holder.items.push(method);
                found.push((method_name, item_text(Item::Trait(holder))));
            }
        } else {
            let text = item_text(item);
            let name = if name == "impl" {
                text.lines()
                    .find(|line| line.starts_with("impl"))
                    .unwrap_or("impl")
                    .trim_end_matches(" {")
                    .to_owned()
            } else {
                name
            };
            found.push((name, text));
        }
    }
    Ok(found)
}

/// Returns the comments at the top of a file, and the items of the file in a uniform layout.
pub(crate) fn normal(source: &str) -> Option<(Vec<&str>, Items)> {
    let head = source.lines().take_while(|line| line.starts_with("//") && !line.starts_with("///")).collect();
    Some((head, items(source).ok()?))
}
