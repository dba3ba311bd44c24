//! Acts as the user and the browser if the tool runs with `--auto`. This module fills in the authorization server's
//! forms over HTTP.

use std::collections::BTreeMap;

use crate::Result;

/// Logs in at `url`, as a user would in a browser. After the login, the authorization server redirects the browser to
/// the command-line tool.
pub fn log_in(url: &str) {
    confirm(url);
}

/// Starts a background task that fills in the form at `url`.
pub fn confirm(url: &str) {
    let url = url.to_owned();
    tokio::spawn(async move {
        if let Err(error) = fill_in(&url).await {
            eprintln!("the form cannot be sent: {error}");
        }
    });
}

async fn fill_in(url: &str) -> Result<()> {
    // The authorization server is on this machine, so the client must not use a proxy.
    let browser = reqwest::Client::builder().no_proxy().build()?;
    let page = browser.get(url).send().await?.error_for_status()?.text().await?;
    let mut form: BTreeMap<&str, &str> = page.split("<input ").skip(1).filter_map(input).collect();
    form.extend([("name", "ada"), ("password", "lovelace")]);
    let target = reqwest::Url::parse(url)?.join(attribute(&page, "action").unwrap_or_default())?;
    // The client follows the redirect to the program, as a browser does.
    browser.post(target).form(&form).send().await?.error_for_status()?;
    Ok(())
}

fn input(tag: &str) -> Option<(&str, &str)> {
    let tag = tag.split('>').next()?;
    Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
}

fn attribute<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    html.split_once(&format!("{name}=\""))?.1.split('"').next()
}
