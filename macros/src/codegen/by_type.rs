//! Renders checks that depend on types, such as whether a method without a role returns tokens. Each check relies on
//! the compiler's method resolution. A check calls an inherent method whose bounds reject wrong types. If a type lacks
//! the inherent method, the compiler falls back to a method of the same name from a trait that is implemented for every
//! type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::attributes::cfgs;
use crate::api::{Api, Endpoint, Member, Param};
use crate::model::{ParamKind, Rule};
use crate::names::{RuntimeItem, mixed_site};
use crate::syntax::Pattern;

/// The scalar types, which are never credentials. No checks are generated for scalar types, so that the generated code
/// of most methods stays short.
const SCALARS: &[&str] = &[
    "bool", "char", "str", "String", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64",
];

pub(super) fn render_checks(api: &Api, endpoint: &Endpoint, here: Span) -> TokenStream {
    let of_result = render_result_checks(api, endpoint);
    let of_params: TokenStream =
        endpoint.params.iter().map(|param| render_param_checks(api, endpoint, param)).collect();
    let for_result = (!of_result.is_empty()).then(|| render_import(api, RuntimeItem::AnyResult, here));
    let for_params = (!of_params.is_empty()).then(|| render_import(api, RuntimeItem::AnyArgument, here));
    quote!(#for_result #for_params #of_result #of_params)
}

/// Renders `use AnyArgument as _;`. The rendered `use` declaration is unused if the compiler chooses the inherent
/// methods.
pub(super) fn render_import(api: &Api, item: RuntimeItem, here: Span) -> TokenStream {
    let path = api.runtime.item_at(item, here);
    quote_spanned!(here=> #[allow(unused_imports)] use #path as _;)
}

/// Renders `result_type::<Result<Order>>().with_none();`.
fn render_result_checks(api: &Api, endpoint: &Endpoint) -> TokenStream {
    let Some(output) = &endpoint.source.output else { return TokenStream::new() };
    let here = mixed_site(output.at.span());
    let has_none = endpoint.rules.iter().any(|rule| matches!(rule.value, Rule::NoneOn(_)));
    let may_lack_role = endpoint.role().is_none() && !api.has_roles && !has_invalid(api);
    let questions = [
        (has_none, "with_none"),
        (endpoint.is_head() && !endpoint.has_pages(), "without_body"),
        (may_lack_role, "without_role"),
    ];
    let (result_type, result) = (api.runtime.item_at(RuntimeItem::ResultType, here), &output.ty);
    let asked = questions.into_iter().filter(|(is_asked, _)| *is_asked);
    asked
        .map(|(_, question)| {
            let question = Ident::new(question, here);
            quote_spanned!(here=> #result_type::<#result>().#question();)
        })
        .collect()
}

/// Whether the API has an invalid method. If an API has an invalid method, no return type is checked for tokens,
/// because the invalid method might be the only method with a role, such as `#[login]`.
fn has_invalid(api: &Api) -> bool {
    api.members.iter().any(|member| matches!(member, Member::Invalid(_)))
}

/// Renders `argument_type(&id).in_segment();`.
fn render_param_checks(api: &Api, endpoint: &Endpoint, param: &Param) -> TokenStream {
    let (Pattern::Name(value), Some(kind)) = (&param.source.pattern, &param.kind) else {
        return TokenStream::new();
    };
    if is_scalar(&param.source.ty) {
        return TokenStream::new();
    }
    let in_path = match kind {
        ParamKind::Path(_) if endpoint.fills_rest(param) => Some("in_segments"),
        ParamKind::Path(_) => Some("in_segment"),
        _ => None,
    };
    let is_whole = matches!(kind, ParamKind::Headers | ParamKind::Body | ParamKind::Part(_));
    let without_role = (endpoint.role().is_none() && !is_whole).then_some("without_role");
    let in_body_of_logout = (endpoint.is_logout() && matches!(kind, ParamKind::Body | ParamKind::Part(_)))
        .then_some("in_body_of_logout");
    let in_request = must_be_sent(kind).then_some("in_request");
    let here = mixed_site(value.span());
    let argument_type = api.runtime.item_at(RuntimeItem::ArgumentType, here);
    let cfgs = cfgs(&param.source.attributes);
    let questions = in_path.into_iter().chain(in_request).chain(without_role).chain(in_body_of_logout);
    let questions = questions.map(|question| {
        let question = Ident::new(question, here);
        quote_spanned!(here=> #(#cfgs)* #argument_type(&#value).#question();)
    });
    questions.collect()
}

/// Whether this kind of parameter rejects a value without content, such as `()`, which would add nothing to the
/// request. A JSON parameter accepts `()`, because JSON encodes `()` as `null`. For path parameters, the checks
/// `in_segment` and `in_segments` already reject `()`.
fn must_be_sent(kind: &ParamKind) -> bool {
    match kind {
        ParamKind::Query(_)
        | ParamKind::NamedQuery(_)
        | ParamKind::Header(_)
        | ParamKind::Cookie(_)
        | ParamKind::Bearer
        | ParamKind::Form
        | ParamKind::FormMember(_)
        | ParamKind::Part(_) => true,
        ParamKind::Path(_)
        | ParamKind::Headers
        | ParamKind::Json
        | ParamKind::JsonMember(_)
        | ParamKind::Body => false,
    }
}

/// Whether the type, as written, is a standard scalar type or a reference to one.
pub(super) fn is_scalar(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_scalar(&reference.elem),
        Type::Path(path) => {
            path.path.get_ident().is_some_and(|name| SCALARS.iter().any(|scalar| name == scalar))
        }
        _ => false,
    }
}
