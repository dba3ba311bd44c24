//! Converts JSON values to Rust expressions for method arguments, depending on the parameter type.

use quote::ToTokens;
use serde_json::{Value, json};
use syn::{GenericArgument, PathArguments, Type};

/// The content of a raw body, which is also a valid multipart body with one part.
const BODY: &str = "--between\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n--between--\r\n";

pub(crate) fn expression(ty: &Type, value: Option<&Value>) -> String {
    let spelled = ty.to_token_stream().to_string().replace(' ', "");
    if let Some(inner) = argument_of(ty, "Option") {
        return value
            .filter(|value| !value.is_null())
            .map_or_else(|| "None".to_owned(), |value| format!("Some({})", expression(inner, Some(value))));
    }
    let empty = Value::Null;
    let value = value.unwrap_or(&empty);
    let decode = |ty: &str, value: &Value| format!("decode::<{ty}>({:?})?", value.to_string());
    match &*spelled {
        "&str" => return format!("&decode::<String>({:?})?", text_of(value).to_string()),
        "&[&str]" => {
            let texts: Vec<String> = items(value).iter().map(|item| format!("{:?}", text(item))).collect();
            return format!("&[{}]", texts.join(", "));
        }
        "String" => return format!("{:?}.to_owned()", text(value)),
        "afresh::Body" => return format!("afresh::Body::from({BODY:?})"),
        "afresh::Part" => return part(value),
        "Vec<afresh::Part>" => {
            return format!("vec![{}]", items(value).iter().map(part).collect::<Vec<_>>().join(", "));
        }
        _ => {}
    }
    for wrapper in ["CommaSeparated", "SpaceSeparated", "PipeSeparated", "TabSeparated"] {
        if let Some(inner) = argument_of(ty, wrapper) {
            return format!(
                "{wrapper}({})",
                decode(&format!("Vec<{}>", inner.to_token_stream()), &json!(items(value)))
            );
        }
    }
    for wrapper in ["JsonText", "Bracketed"] {
        if let Some(inner) = argument_of(ty, wrapper) {
            return format!("{wrapper}({})", decode(&inner.to_token_stream().to_string(), value));
        }
    }
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => {
                format!(
                    "&{}",
                    decode(&format!("Vec<{}>", slice.elem.to_token_stream()), &json!(items(value)))
                )
            }
            inner => format!("&{}", decode(&inner.to_token_stream().to_string(), value)),
        },
        ty => decode(&ty.to_token_stream().to_string(), value),
    }
}

fn argument_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Converts a value to a string, because a value in the document can be a number even if the argument is a string.
fn text_of(value: &Value) -> Value {
    if value.is_string() { value.clone() } else { json!(text(value)) }
}

fn part(value: &Value) -> String {
    match value {
        Value::String(text) => {
            format!("afresh::Part::bytes({text:?}.as_bytes().to_vec()).file_name(\"file\")")
        }
        value => format!("afresh::Part::json(&decode::<serde_json::Value>({:?})?)", value.to_string()),
    }
}
