//! Reads the arguments of `#[api(...)]`.

use proc_macro2::{Ident, Span};
use quote::ToTokens;

use super::condition::lower_condition_argument;
use super::value::{lower_header_name, lower_path, lower_statuses};
use crate::diag::{Diagnostics, Located, Location, expected, invalid};
use crate::model::{Condition, PathTemplate, Scheme, is_token};
use crate::names::Runtime;
use crate::syntax::tables::{self, Arg};
use crate::syntax::{Argument, Value, ValueKind};

pub(crate) struct Settings {
    pub(crate) client: Option<Located<Ident>>,
    /// The prefix of every path, or `None` if the prefix is invalid.
    pub(crate) prefix: Option<PathTemplate>,
    pub(crate) prefix_at: Option<Location>,
    pub(crate) refresh_on: Option<Located<Vec<u16>>>,
    pub(crate) expired_when: Option<Vec<Condition>>,
    pub(crate) forbidden_when: Option<Vec<Condition>>,
    pub(crate) scheme: Option<Scheme>,
    pub(crate) token_header: Option<Located<String>>,
    pub(crate) session_ends_on: Option<Located<Vec<u16>>>,
    pub(crate) session_ends_when: Option<Located<Vec<Condition>>>,
    pub(crate) dynamic: Option<(Location, Span)>,
    pub(crate) runtime: Runtime,
}

pub(crate) fn lower_settings(at: Location, arguments: &[Argument], diag: &mut Diagnostics) -> Settings {
    let mut settings = Settings {
        client: None,
        prefix: Some(PathTemplate::empty()),
        prefix_at: None,
        refresh_on: None,
        expired_when: None,
        forbidden_when: None,
        scheme: None,
        token_header: None,
        session_ends_on: None,
        session_ends_when: None,
        dynamic: None,
        runtime: Runtime::default(),
    };
    let mut seen = Vec::new();
    for argument in arguments {
        let key = argument.key();
        let Some(name) = key.word() else {
            push_unknown(key, diag);
            continue;
        };
        let Some((arg, form)) = tables::arg(&name) else {
            push_unknown(key, diag);
            continue;
        };
        if seen.contains(&arg) {
            diag.push(key.at, format_args!("duplicate argument `{name}`"));
            continue;
        }
        seen.push(arg);
        if settings.set(arg, argument, diag).is_none() {
            diag.push(key.at, format_args!("argument `{name}` must be written `{form}`"));
        }
    }
    if let (Some(path), false) = (&settings.runtime.0, seen.contains(&Arg::Crate)) {
        let name = path.to_string().replace([':', ' '], "");
        let help = format!("write `#[api(crate = {name})]`");
        diag.push_help(at, format_args!("the crate `afresh` has the name `{name}` in Cargo.toml"), help);
    }
    settings
}

fn push_unknown(key: &Value, diag: &mut Diagnostics) {
    const WHERE: &str = "pass the server's URL to the client's `builder` function";
    let known: Vec<&str> = tables::ARGS.iter().map(|(name, ..)| *name).collect();
    if key.text().is_some_and(|text| text.contains("://")) {
        diag.push_help(key.at, format_args!("unknown argument, {}", expected(&known)), WHERE);
    } else if let Some(word) = key.word().filter(|word| word.contains("url")) {
        diag.push_help(key.at, format_args!("unknown argument `{word}`, {}", expected(&known)), WHERE);
    } else if let Some(word) = key.word() {
        diag.push_unknown(key.at, "argument", &word, &known);
    } else {
        diag.push(key.at, format_args!("unknown argument, {}", expected(&known)));
    }
}

impl Settings {
    /// Applies one argument. Returns `None` if the argument does not have the required form.
    fn set(&mut self, arg: Arg, argument: &Argument, diag: &mut Diagnostics) -> Option<()> {
        if let Argument::List(key, inside) = argument {
            return self.set_list(arg, key, inside, diag);
        }
        if let (Arg::Dyn, Argument::Single(key)) = (arg, argument) {
            let ValueKind::Path(word) = &key.kind else { return None };
            self.dynamic = Some((key.at, word.get_ident()?.span()));
            return Some(());
        }
        let Argument::Pair(_, value) = argument else {
            return None;
        };
        match arg {
            Arg::RefreshOn
            | Arg::ExpiredWhen
            | Arg::ForbiddenWhen
            | Arg::SessionEndsOn
            | Arg::SessionEndsWhen
            | Arg::Dyn => return None,
            Arg::Client => self.client = Some(lower_client(value)?),
            Arg::Path => {
                self.prefix = lower_prefix(value.text()?, value.at, diag);
                self.prefix_at = Some(value.at);
            }
            Arg::Scheme => self.scheme = Some(lower_scheme(value, diag)?),
            Arg::TokenHeader => {
                let name = lower_header_name(value.text()?, value.at, diag);
                self.token_header = name.map(|name| Located { value: name, at: value.at });
            }
            Arg::Crate => self.runtime = lower_runtime(value)?,
        }
        Some(())
    }

    fn set_list(&mut self, arg: Arg, key: &Value, inside: &[Argument], diag: &mut Diagnostics) -> Option<()> {
        match arg {
            Arg::RefreshOn => self.refresh_on = lower_status_argument("refresh_on", key, inside, diag),
            Arg::SessionEndsOn => {
                self.session_ends_on = lower_status_argument("session_ends_on", key, inside, diag);
            }
            Arg::SessionEndsWhen => {
                let conditions = lower_condition_argument("session_ends_when", key, inside, diag);
                self.session_ends_when = conditions.map(|value| Located { value, at: key.at });
            }
            Arg::ExpiredWhen => {
                self.expired_when = lower_condition_argument("expired_when", key, inside, diag);
            }
            Arg::ForbiddenWhen => {
                self.forbidden_when = lower_condition_argument("forbidden_when", key, inside, diag);
            }
            Arg::Client | Arg::Path | Arg::Scheme | Arg::TokenHeader | Arg::Dyn | Arg::Crate => return None,
        }
        Some(())
    }
}

fn lower_status_argument(
    name: &str,
    key: &Value,
    inside: &[Argument],
    diag: &mut Diagnostics,
) -> Option<Located<Vec<u16>>> {
    if inside.is_empty() {
        let help = format!("write `{name}(401, 403)`");
        diag.push_help(key.at, format_args!("argument `{name}` has no status"), help);
    }
    lower_statuses(inside, diag).map(|value| Located { value, at: key.at })
}

fn lower_client(value: &Value) -> Option<Located<Ident>> {
    match &value.kind {
        ValueKind::Path(path) => Some(Located { value: path.get_ident()?.clone(), at: value.at }),
        _ => None,
    }
}

fn lower_runtime(value: &Value) -> Option<Runtime> {
    match &value.kind {
        ValueKind::Path(path) => Some(Runtime(Some(path.to_token_stream()))),
        _ => None,
    }
}

fn lower_prefix(text: &str, at: Location, diag: &mut Diagnostics) -> Option<PathTemplate> {
    let prefix = lower_path(text, at, diag)?;
    if text.ends_with('/') {
        diag.push(at, "path prefix must not end with `/`");
        return None;
    }
    Some(prefix)
}

/// Returns the authentication scheme. If the scheme is invalid, reports an error and returns [`Scheme::None`].
fn lower_scheme(value: &Value, diag: &mut Diagnostics) -> Option<Scheme> {
    if value.word().as_deref() == Some("none") {
        return Some(Scheme::None);
    }
    let scheme = value.text()?;
    if is_token(scheme) {
        return Some(Scheme::Named(scheme.to_owned()));
    }
    let help = "to send the token without a scheme, write `scheme = none`";
    diag.push_help(value.at, invalid("authentication scheme", scheme), help);
    Some(Scheme::None)
}
