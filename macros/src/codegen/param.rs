//! Renders the statements that encode constants and arguments into a call.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::attributes::cfgs;
use super::by_type::render_import;
use super::span::{ident_at, string_at, tokens_at};
use crate::api::{Api, Endpoint, Param};
use crate::model::{Constant, ConstantPlace, Literal, ParamKind};
use crate::names::{self, RuntimeItem, mixed_site};
use crate::syntax::Pattern;

/// Renders the statements for all values of a method: path parameters, then constants, then other parameters, which can
/// override constants.
pub(super) fn render_values(api: &Api, endpoint: &Endpoint, call: &Ident) -> TokenStream {
    let (in_path, others): (Vec<&Param>, Vec<&Param>) =
        endpoint.params_in_order().into_iter().partition(|param| param.placeholder().is_some());
    let in_path = in_path.into_iter().map(|param| render_param(api, endpoint, param, call));
    let constants = endpoint
        .constants
        .iter()
        .map(|constant| tokens_at(render_constant(&constant.value, call), call.span()));
    let others = others.into_iter().map(|param| render_param(api, endpoint, param, call));
    let imports = endpoint.is_multipart().then(|| render_import(api, RuntimeItem::AnyPart, call.span()));
    imports.into_iter().chain(in_path).chain(constants).chain(others).collect()
}

fn render_constant(constant: &Constant, call: &Ident) -> TokenStream {
    let Constant { place, name, value } = constant;
    let value = match value {
        Literal::Text(text) => quote!(#text),
        Literal::Integer(number) => {
            let number = proc_macro2::Literal::i64_suffixed(*number);
            quote!(&#number)
        }
        Literal::Boolean(truth) => quote!(&#truth),
    };
    match place {
        ConstantPlace::Header => quote!(#call.header(#name, #value);),
        ConstantPlace::Query => quote!(#call.query(#name, #value);),
        ConstantPlace::Json => quote!(#call.json_member(#name, #value);),
        ConstantPlace::Form => quote!(#call.form_member(#name, #value);),
    }
}

/// Renders a statement that encodes a parameter. The rendered statement has the span of the parameter's colon, but the
/// value in the statement has the span of the parameter's name. Because the statement and the value have different
/// spans, an error about the type underlines only the name, and an editor does not show the encoder when the user
/// hovers over the type.
fn render_param(api: &Api, endpoint: &Endpoint, param: &Param, call: &Ident) -> TokenStream {
    let (Pattern::Name(value), Some(kind)) = (&param.source.pattern, &param.kind) else {
        return TokenStream::new();
    };
    let cfgs = cfgs(&param.source.attributes);
    let (method, name) = match kind {
        ParamKind::Path(name) if endpoint.fills_rest(param) => ("path_rest", Some(name.as_str())),
        _ => encoder(kind),
    };
    let here = mixed_site(param.source.colon.span);
    let (method, call) = (Ident::new(method, here), ident_at(call.clone(), here));
    let name = name.map(|name| string_at(name, here)).map(|name| quote_spanned!(here=> #name,));
    // The parameter's type determines how a part is sent.
    let part_type = endpoint.is_multipart().then(|| api.runtime.item_at(RuntimeItem::PartType, here));
    let via = part_type.filter(|_| param.is_part());
    let via = via.map(|part_type| quote_spanned!(here=> #part_type(&#value).via(),));
    let borrow = match kind {
        ParamKind::Body | ParamKind::Part(_) => None,
        // If the user's argument is already a reference, the mixed-site span prevents a clippy warning about a needless
        // borrow.
        ParamKind::Headers => Some(mixed_site(value.span())),
        _ => Some(value.span()),
    };
    let borrow = borrow.map(|span| quote_spanned!(span=> &));
    let mention = render_mention(endpoint, param, value).map(|mention| quote!(#(#cfgs)* #mention));
    if endpoint.is_logout() && can_be_filled(kind) {
        let place = if param.placeholder().is_some() { "place_in_path" } else { "place" };
        let (method, place) = (quote_spanned!(here=> #method), Ident::new(place, here));
        let filled = render_filled(api, &cfgs, &call, (&place, &method), name.as_ref(), value);
        return quote_spanned!(here=> #mention #filled);
    }
    quote_spanned!(here=> #mention #(#cfgs)* #call.#method(#name #via #borrow #value);)
}

/// Whether the session can supply the value of a `#[logout]` parameter of this kind.
fn can_be_filled(kind: &ParamKind) -> bool {
    match kind {
        ParamKind::Path(_)
        | ParamKind::Query(_)
        | ParamKind::NamedQuery(_)
        | ParamKind::Header(_)
        | ParamKind::Cookie(_)
        | ParamKind::Bearer
        | ParamKind::Json
        | ParamKind::JsonMember(_)
        | ParamKind::Form
        | ParamKind::FormMember(_) => true,
        // A session token cannot be sent as a header map, as a multipart part or as a raw body.
        ParamKind::Headers | ParamKind::Part(_) | ParamKind::Body => false,
    }
}

/// Renders the statement for a parameter of a `#[logout]` method. The type of the parameter determines whether the
/// session supplies the argument.
fn render_filled(
    api: &Api,
    cfgs: &[&syn::Attribute],
    call: &Ident,
    (place, method): (&Ident, &TokenStream),
    name: Option<&TokenStream>,
    value: &Ident,
) -> TokenStream {
    let here = call.span();
    let argument = api.runtime.item_at(RuntimeItem::LogoutArgument, here);
    let (filled, current) = (ident_at(names::local("filled"), here), ident_at(names::local("current"), here));
    quote_spanned! {here=>
        #(#cfgs)*
        {
            #[allow(unused_imports)]
            use #argument::{BorrowedArgument as _, OtherArgument as _, OwnedArgument as _};
            (&&&#argument::Argument::of(&#value)).kind().#place(&mut #call, #value, |#filled, #current| {
                #filled.#method(#name #current)
            });
        }
    }
}

/// Renders a statement that mentions the parameter and has no effect. The rendered statement has the span of the
/// attribute's URL path, so that editors find the parameter for a placeholder.
fn render_mention(endpoint: &Endpoint, param: &Param, value: &Ident) -> Option<TokenStream> {
    param.placeholder()?;
    let mut mention = value.clone();
    mention.set_span(value.span().located_at(endpoint.path.as_ref()?.at.span()));
    Some(quote_spanned!(mixed_site(value.span())=> let _ = #mention;))
}

/// Returns the runtime's encoder for a kind of parameter, and the name that is passed to the encoder.
fn encoder(kind: &ParamKind) -> (&'static str, Option<&str>) {
    match kind {
        ParamKind::Path(name) => ("path", Some(name)),
        ParamKind::Query(name) => ("query", Some(name)),
        ParamKind::NamedQuery(name) => ("named_query", Some(name)),
        ParamKind::Header(name) => ("header", Some(name)),
        ParamKind::Headers => ("headers", None),
        ParamKind::Cookie(name) => ("cookie", Some(name)),
        ParamKind::Bearer => ("bearer", None),
        ParamKind::Json => ("json", None),
        ParamKind::JsonMember(name) => ("json_member", Some(name)),
        ParamKind::Form => ("form", None),
        ParamKind::FormMember(name) => ("form_member", Some(name)),
        ParamKind::Part(name) => ("part", Some(name)),
        ParamKind::Body => ("body", None),
    }
}
