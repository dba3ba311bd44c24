//! The login page of the authorization server. The browser login and the device login use the same form.

use axum::response::Html;

/// Returns a page whose form has a name field, a password field and the given hidden fields.
pub fn page(action: &str, title: &str, hidden: &[(&str, &str)]) -> Html<String> {
    let fields: String = hidden
        .iter()
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
        })
        .collect();
    Html(format!(
        "<!doctype html><title>{title}</title><h1>{title}</h1><form method=\"post\" action=\"{action}\">{fields}\
         <label>Name <input type=\"text\" name=\"name\"></label> \
         <label>Password <input type=\"password\" name=\"password\"></label> <button>Log in</button></form>"
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}
