//! Runs the steps of `#[api]`: parse, lower, check, render.

use proc_macro2::TokenStream;

use crate::check::check_api;
use crate::codegen::{ClientParts, render, render_unreadable};
use crate::diag::{Diagnostics, Location};
use crate::lower::{Settings, lower_api, lower_settings};
use crate::names;
use crate::syntax::{Input, Trait, parse_arguments, parse_item, strip};
use crate::token_stream;

/// Expands `#[api(arguments)] item`. The output always contains every error and as much valid code as possible.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let attribute = diag.locate(&TokenStream::new());
    let mut arguments = parse_arguments(arguments, &mut diag);
    let mut input = parse_item(item.clone(), &mut diag);
    if let Input::Trait(source) = &mut input {
        arguments.append(&mut source.arguments);
    }
    let settings = lower_settings(attribute, &arguments, &mut diag);
    let output = match input {
        Input::Trait(source) => expand_trait(settings, &source, &mut diag),
        Input::Unreadable(Some((vis, name))) => {
            let client = settings.client.map_or_else(|| names::client(&name), |client| client.value);
            let parts = ClientParts {
                api: &name,
                vis: &vis,
                client: &client,
                runtime: &settings.runtime,
                module: None,
            };
            let dyn_type = settings.dynamic.map(|(_, span)| names::dyn_type(&name, span));
            render_unreadable(item, &parts, dyn_type.as_ref())
        }
        Input::Unreadable(None) => strip(item),
        Input::Other { at, is_mock } => {
            push_not_a_trait(at, is_mock, &mut diag);
            strip(item)
        }
    };
    token_stream::concat(&mut [diag.into_tokens(), output].into_iter())
}

fn expand_trait(settings: Settings, source: &Trait, diag: &mut Diagnostics) -> TokenStream {
    let mut api = lower_api(settings, source, diag);
    check_api(&api, diag);
    api.exclude_invalid(|method| diag.any_in(&method.locations));
    render(&api)
}

fn push_not_a_trait(at: Location, is_mock: bool, diag: &mut Diagnostics) {
    let fact = "the `api` attribute applies to traits only";
    if is_mock {
        diag.push_help(
            at,
            fact,
            "if `mockall::automock` is above `#[api]`, move `mockall::automock` below `#[api]`",
        );
    } else {
        diag.push(at, fact);
    }
}
