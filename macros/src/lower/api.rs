//! Converts the parsed trait to the model of the API: its settings, constants and members.

use proc_macro2::Ident;

use super::constant::lower_constants;
use super::endpoint::lower_method;
use super::report::{push_elsewhere, push_hidden, push_misplaced};
use super::settings::Settings;
use crate::api::{Api, Member};
use crate::diag::{Diagnostics, Located};
use crate::model::Constant;
use crate::names;
use crate::syntax::{Attribute, Item, Owner, Trait, Unsupported, UnsupportedKind, tables};

pub(crate) fn lower_api<'s>(settings: Settings, source: &'s Trait, diag: &mut Diagnostics) -> Api<'s> {
    if let Some((at, qualifier)) = &source.qualifier {
        diag.push(*at, format_args!("trait `{}` must not be `{qualifier}`", source.name.plain()));
    }
    if source.methods().any(|method| method.is_desugared) {
        let fact = format!("trait `{}` must not have `#[async_trait]`", source.name.plain());
        diag.push_help(source.name.at, fact, tables::REMOVE_ASYNC_TRAIT);
    }
    let constants = lower_trait_attributes(source, diag);
    let prefix = settings.prefix;
    let members = source.items.iter().map(|item| match item {
        Item::Method(method) => lower_method(method, prefix.as_ref(), &constants, diag),
        Item::Constant(_) => Member::Other(item),
        Item::Unsupported(unsupported) => {
            push_unsupported(unsupported, diag);
            Member::Other(item)
        }
    });
    let members: Vec<Member> = members.collect();
    let has_role =
        |member: &Member| matches!(member, Member::Endpoint(endpoint) if endpoint.role().is_some());
    Api {
        source,
        has_roles: members.iter().any(has_role),
        members,
        prefix: prefix.zip(settings.prefix_at).map(|(value, at)| Located { value, at }),
        client: lower_client(settings.client, source, settings.dynamic.is_some(), diag),
        runtime: settings.runtime,
        refresh_on: settings.refresh_on,
        expired_when: settings.expired_when,
        forbidden_when: settings.forbidden_when,
        scheme: settings.scheme,
        token_header: settings.token_header,
        session_ends_on: settings.session_ends_on,
        session_ends_when: settings.session_ends_when,
        dyn_type: settings
            .dynamic
            .map(|(at, span)| Located { value: names::dyn_type(&source.name.ident, span), at }),
    }
}

/// If the chosen name is the name of the trait or of its `Dyn` type, an error is reported and the default name is
/// returned.
fn lower_client(
    chosen: Option<Located<Ident>>,
    source: &Trait,
    has_dyn_type: bool,
    diag: &mut Diagnostics,
) -> Ident {
    let api = &source.name.ident;
    let default_name = names::client(api);
    let Some(Located { value: name, at }) = chosen else { return default_name };
    let other = if name == *api {
        "its trait"
    } else if has_dyn_type && name == names::dyn_type(api, name.span()) {
        "the type that `dyn` generates"
    } else {
        return name;
    };
    let help = format!("the default name is `{default_name}`");
    diag.push_help(at, format_args!("client `{name}` has the same name as {other}"), help);
    default_name
}

fn lower_trait_attributes(source: &Trait, diag: &mut Diagnostics) -> Vec<Located<Constant>> {
    let mut constants = Vec::new();
    for attribute in &source.attributes {
        match (&attribute.owner, tables::constant(&attribute.name)) {
            (Owner::Foreign, _) => {}
            (Owner::Macro, Some((place, true))) => {
                constants.extend(lower_constants(attribute, place, diag));
            }
            (Owner::Elsewhere(help), _) => push_elsewhere(attribute, help, diag),
            (Owner::Macro, _) => push_on_trait(attribute, diag),
            (Owner::Misspelled, _) => {
                diag.push_unknown(
                    attribute.at,
                    "trait attribute",
                    &attribute.name,
                    &tables::trait_attributes(),
                );
            }
            (Owner::Hidden(name), _) => push_hidden(attribute, name, diag),
            (Owner::Repeated, _) => {
                let help = "put all arguments into one `#[api(...)]`";
                diag.push_help(attribute.whole, "duplicate `api` attribute", help);
            }
        }
    }
    constants
}

/// Reports a trait attribute that belongs on a method or parameter. The help text shows what to write on the trait
/// instead of the misplaced attribute.
fn push_on_trait(attribute: &Attribute, diag: &mut Diagnostics) {
    let name = attribute.name.as_str();
    if name == "path" || tables::verb(name).is_some() {
        let fact = format!("the `{name}` attribute must not be on the trait");
        return diag.push_help(
            attribute.at,
            fact,
            "for a prefix of every path, write `#[api(path = \"/api\")]`",
        );
    }
    if name == "timeout" {
        let help = "for all methods, use the `timeout` function of the client's builder";
        return diag.push_help(attribute.at, "the `timeout` attribute applies to methods only", help);
    }
    if tables::arg(name).is_some() {
        let fact = format!("the `{name}` attribute applies to methods only");
        return diag.push_help(
            attribute.at,
            fact,
            format_args!("for all methods, write `#[api({name}(...))]`"),
        );
    }
    push_misplaced(attribute, diag);
}

fn push_unsupported(unsupported: &Unsupported, diag: &mut Diagnostics) {
    match &unsupported.kind {
        UnsupportedKind::Constant { name, .. } => {
            let help = "give the constant a value that the generated client can use";
            diag.push_help(unsupported.at, format_args!("associated constant `{name}` has no value"), help);
        }
        UnsupportedKind::Type { name, .. } => {
            let help = "use a type parameter of the trait or of the method";
            diag.push_help(
                unsupported.at,
                format_args!("associated type `{name}` must not be in an API trait"),
                help,
            );
        }
        UnsupportedKind::Macro { name } => {
            let help = "replace the macro call with its expansion: `#[api]` runs before other macros";
            diag.push_help(unsupported.at, format_args!("macro `{name}!` must not be in an API trait"), help);
        }
    }
}
