//! Renders the trait that users and their test doubles implement.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Lifetime;

use super::attributes::foreign;
use super::default_body::{render_async_block, render_end};
use super::lifetime::{has_inner_elision, name_elided};
use super::signature::{render_future, render_future_of, render_inputs, render_inputs_of};
use super::span::{method_span, string_at};
use super::stub;
use crate::api::{Api, Endpoint, Member};
use crate::names::{self, mixed_site};
use crate::syntax::{Attribute, End, Item, Method, Trait};

/// Renders the trait without this macro's attributes. Every async method becomes a function that returns a `Send`
/// future.
pub(super) fn render_trait(api: &Api) -> TokenStream {
    let Trait { attributes, vis, keyword, name, generics, supertraits, .. } = api.source;
    let attributes = foreign(attributes);
    let (name, bounds) = (&name.ident, &generics.where_clause);
    // A default body can hold `&self` across an `.await`, and the method's future must be `Send`, so `Self` must be
    // `Sync`.
    let shared = quote_spanned!(mixed_site(name.span())=> ::core::marker::Send + ::core::marker::Sync);
    let supertraits = supertraits.iter();
    let members = api.members.iter().map(|member| match member {
        Member::Endpoint(endpoint) => render_declared(endpoint),
        Member::Invalid(method) => stub::render_declaration(api, method),
        Member::Provided(method) | Member::InvalidProvided(method) => render_provided(method),
        Member::Other(Item::Constant(source)) => source.clone(),
        Member::Other(Item::Unsupported(unsupported)) => stub::render_unsupported(unsupported),
        Member::Other(Item::Method(_)) => TokenStream::new(),
    });
    quote! {
        #attributes
        #[allow(dead_code)]
        #vis #keyword #name #generics: #shared #(+ #supertraits)* #bounds {
            #(#members)*
        }
    }
}

/// Renders `fn order(&self, id: u64) -> impl Future<Output = Result<Order>> + Send`, followed by `;` or by the default
/// body.
fn render_declared(endpoint: &Endpoint) -> TokenStream {
    let source = endpoint.source;
    let Method { attributes, vis, fn_token, name, generics, output, .. } = source;
    let attributes = foreign(attributes);
    let route = render_route(endpoint);
    let (name, bounds) = (&name.ident, &generics.where_clause);
    let (generics, inputs) =
        render_named(source).unwrap_or_else(|| (generics.to_token_stream(), render_inputs(source)));
    let output = output.as_ref().map(render_future);
    let end = render_end(source);
    quote_spanned! {method_span(source)=>
        #attributes #route #vis #fn_token #name #generics (#inputs) #output #bounds #end
    }
}

/// Renders the generics and inputs with a name for each elided lifetime in the parameter types. Returns `None` if
/// [`has_inner_elision`] is false for every type.
fn render_named(method: &Method) -> Option<(TokenStream, TokenStream)> {
    let types = || method.inputs.params.iter().map(|param| param.ty.to_token_stream());
    if !types().any(|ty| has_inner_elision(&ty)) {
        return None;
    }
    let here = method_span(method);
    let mut lifetimes: Vec<Lifetime> = Vec::new();
    let mut next = |_: Span| {
        let lifetime = names::elided_lifetime(lifetimes.len(), here);
        lifetimes.push(lifetime.clone());
        lifetime
    };
    let types: Vec<TokenStream> = types().map(|ty| name_elided(ty, &mut next)).collect();
    let inputs = render_inputs_of(method, &types);
    let params = &method.generics.params;
    Some((quote_spanned!(here=> <#(#lifetimes,)* #params>), inputs))
}

fn render_route(endpoint: &Endpoint) -> Option<TokenStream> {
    let (verb, path) = (&endpoint.verb.as_ref()?.value, &endpoint.path.as_ref()?.value);
    let route = format!(" `{verb} {path}`");
    let has_docs = endpoint.source.attributes.iter().any(Attribute::is_doc);
    let here = method_span(endpoint.source);
    let route = string_at(&route, here);
    let gap = has_docs.then(|| quote_spanned!(here=> #[doc = ""]));
    Some(quote_spanned!(here=> #gap #[doc = #route]))
}

/// Renders a method that does not send a request, together with its default body. An async method becomes a function
/// that returns a `Send` future.
fn render_provided(method: &Method) -> TokenStream {
    let Method { attributes, vis, qualifiers, fn_token, name, generics, output, end, .. } = method;
    let attributes = foreign(attributes);
    let (name, bounds) = (&name.ident, &generics.where_clause);
    let inputs = render_inputs(method);
    let End::Provided(body) = end else {
        return TokenStream::new();
    };
    let Some(asyncness) = &qualifiers.asyncness else {
        let qualifiers = &qualifiers.others;
        let output = output.as_ref().map(|output| {
            let (arrow, ty) = (&output.arrow, &output.ty);
            quote!(#arrow #ty)
        });
        return quote!(#attributes #vis #qualifiers #fn_token #name #generics (#inputs) #output #bounds #body);
    };
    let span = mixed_site(asyncness.span);
    let future = match output {
        Some(output) => render_future(output),
        None => render_future_of(&quote!(()), span),
    };
    let block = render_async_block(method, body);
    quote!(#attributes #vis #fn_token #name #generics (#inputs) #future #bounds { #block })
}
