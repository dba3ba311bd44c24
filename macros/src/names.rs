//! Defines every identifier that the macros create, and every runtime path that generated code uses.
//!
//! The created names begin with `__afresh_` and have a mixed-site span. Hygiene separates generated local variables
//! from the user's variables, and the prefix separates generated items from the user's items.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lifetime;

use crate::manifest::renamed_runtime;
use crate::token_stream;

/// Returns the name of the variable that holds the request under construction.
pub(crate) fn call() -> Ident {
    local("call")
}

/// Returns the name of the generated function that builds the refresh request from the session's tokens.
pub(crate) fn refresh() -> Ident {
    local("refresh")
}

/// Returns the name of the generated function that determines how the runtime reads a refresh response.
pub(crate) fn refresh_outcome(api: &Ident) -> Ident {
    local(&format!("{}_refresh_outcome", plain(api)))
}

/// Returns the name of the variable that holds the base URL and the transport for a refresh request.
pub(crate) fn upstream() -> Ident {
    local("upstream")
}

/// Returns the name of the variable that holds the session's tokens, which supply the arguments of a refresh request.
pub(crate) fn tokens() -> Ident {
    local("tokens")
}

/// Returns the name of the variable that stores the API's description if parts of the description depend on `cfg`.
pub(crate) fn info() -> Ident {
    local("info")
}

/// Returns the name of the object-safe trait that a [`dyn_type`] uses.
pub(crate) fn erased(api: &Ident) -> Ident {
    invented(&format!("__AfreshErased{}", plain(api)))
}

/// Returns the name of a method of the [`erased`] trait. The name differs from that of the user's method, because
/// method calls would otherwise be ambiguous.
pub(crate) fn erased_method(method: &Ident) -> Ident {
    local(&format!("dyn_{}", plain(method)))
}

/// Returns the name of the type parameter that represents any implementation of the trait.
pub(crate) fn implementation() -> Ident {
    invented("__AfreshImplementation")
}

/// Returns the single Rust lifetime that the arguments and the future of an erased method share.
pub(crate) fn lifetime() -> Lifetime {
    Lifetime::new("'__afresh", Span::mixed_site())
}

/// Returns a name for a Rust lifetime that the user omitted, based on the lifetime's position.
pub(crate) fn elided_lifetime(index: usize, span: Span) -> Lifetime {
    Lifetime::new(&format!("'__afresh_{index}"), span)
}

/// Returns a name for a parameter based on its position, because the user might have written a pattern instead of a
/// name.
pub(crate) fn argument(index: usize) -> Ident {
    local(&index.to_string())
}

/// Returns the name of a local variable that cannot collide with the user's variables.
pub(crate) fn local(name: &str) -> Ident {
    invented(&format!("__afresh_{name}"))
}

fn invented(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Returns the default name of a trait's client, with the span of the trait's name.
pub(crate) fn client(api: &Ident) -> Ident {
    Ident::new(&format!("{}Client", plain(api)), api.span())
}

/// Returns the name of the module around a trait's client. The module's name contains the name of the trait's first
/// method, so two traits with the same name have different modules.
pub(crate) fn client_module(api: &Ident, method: Option<&Ident>) -> Ident {
    local(&format!("{}_{}", plain(api), method.map(plain).unwrap_or_default()))
}

/// Returns the name of the `Dyn` type of a trait, with the span of the `dyn` argument.
pub(crate) fn dyn_type(api: &Ident, argument: Span) -> Ident {
    Ident::new(&format!("Dyn{}", plain(api)), argument)
}

/// Returns an identifier as a string, without the `r#` of a raw identifier.
pub(crate) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// Returns a span that points to the user's source but resolves at the macro: errors show the user's code, and lints
/// ignore the generated code.
pub(crate) fn mixed_site(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

/// The path to the runtime: `::afresh`, or the path given by `crate = ...`.
#[derive(Debug)]
pub(crate) struct Runtime(pub(crate) Option<TokenStream>);

/// The default path to the runtime uses the name that Cargo.toml gives to the runtime crate.
impl Default for Runtime {
    fn default() -> Self {
        let renamed = renamed_runtime().and_then(|name| syn::parse_str::<Ident>(&name).ok());
        Self(renamed.map(|name| extern_path(&name)))
    }
}

/// An item of the runtime that generated code uses. Only `RuntimeItem` contains paths to runtime items.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RuntimeItem {
    // The following items belong to the runtime's public API.
    AsTokens,
    Client,
    ClientBuilder,
    Error,
    ErrorBody,
    FromSession,
    Pending,
    Session,
    TokenLifetime,
    TokenText,
    Tokens,
    // The following items are types in the module `__private`.
    AnyArgument,
    AnyPart,
    AnyResult,
    Api,
    ApiInfo,
    Condition,
    Endpoint,
    HeaderName,
    HeaderOption,
    Outliving,
    Paging,
    Refresh,
    RefreshOutcome,
    RefreshRequest,
    TokenFields,
    Upstream,
    // The following items are functions in the module `__private`.
    ArgumentType,
    BuildClient,
    DisplayOther,
    ErrorSource,
    ErrorStatus,
    LogoutArgument,
    NewCall,
    NewLogoutCall,
    NewRefreshCall,
    NewRefreshRequest,
    OtherError,
    PartType,
    ReadErrorBody,
    ReadTokens,
    ResultType,
    SendLogin,
    SendLogout,
    SendPages,
    SendCall,
    SendRefresh,
    WrapClient,
}

impl RuntimeItem {
    /// Returns the segments of the item's path, relative to the runtime's crate root.
    fn segments(self) -> &'static [&'static str] {
        match self {
            Self::AsTokens => &["AsTokens"],
            Self::Client => &["Client"],
            Self::ClientBuilder => &["ClientBuilder"],
            Self::Error => &["Error"],
            Self::ErrorBody => &["response", "ErrorBody"],
            Self::FromSession => &["FromSession"],
            Self::Pending => &["Pending"],
            Self::Session => &["Session"],
            Self::TokenLifetime => &["session", "TokenLifetime"],
            Self::TokenText => &["session", "TokenText"],
            Self::Tokens => &["Tokens"],
            Self::AnyArgument => &["__private", "AnyArgument"],
            Self::AnyPart => &["__private", "AnyPart"],
            Self::AnyResult => &["__private", "AnyResult"],
            Self::ArgumentType => &["__private", "argument_type"],
            Self::PartType => &["__private", "part_type"],
            Self::ResultType => &["__private", "result_type"],
            Self::Api => &["__private", "Api"],
            Self::ApiInfo => &["__private", "ApiInfo"],
            Self::Condition => &["__private", "Condition"],
            Self::Endpoint => &["__private", "Endpoint"],
            Self::HeaderName => &["__private", "HeaderName"],
            Self::HeaderOption => &["__private", "HeaderOption"],
            Self::Outliving => &["__private", "Outliving"],
            Self::Paging => &["__private", "Paging"],
            Self::Refresh => &["__private", "Refresh"],
            Self::RefreshOutcome => &["__private", "RefreshOutcome"],
            Self::RefreshRequest => &["__private", "RefreshRequest"],
            Self::TokenFields => &["__private", "TokenFields"],
            Self::Upstream => &["__private", "Upstream"],
            Self::BuildClient => &["__private", "builder"],
            Self::DisplayOther => &["__private", "display_other"],
            Self::ErrorSource => &["__private", "error_source"],
            Self::ErrorStatus => &["__private", "error_status"],
            Self::LogoutArgument => &["__private", "logout_argument"],
            Self::NewLogoutCall => &["__private", "logout_call"],
            Self::NewCall => &["__private", "call"],
            Self::NewRefreshCall => &["__private", "refresh_call"],
            Self::NewRefreshRequest => &["__private", "refresh_request"],
            Self::OtherError => &["__private", "other_error"],
            Self::ReadErrorBody => &["__private", "error_body"],
            Self::ReadTokens => &["__private", "refresh_outcome"],
            Self::SendLogin => &["__private", "login"],
            Self::SendLogout => &["__private", "logout"],
            Self::SendPages => &["__private", "pages"],
            Self::SendCall => &["__private", "send"],
            Self::SendRefresh => &["__private", "refresh"],
            Self::WrapClient => &["__private", "wrap_client"],
        }
    }
}

impl Runtime {
    /// Whether the path resolves to the same item in every module. A path that is not absolute can begin with a name
    /// that a `use` inside a function introduces.
    pub(crate) fn is_absolute(&self) -> bool {
        let first = self.0.as_ref().and_then(|path| path.clone().into_iter().next());
        first.is_none_or(|first| matches!(first.to_string().as_str(), ":" | "crate" | "$crate"))
    }

    pub(crate) fn item(&self, item: RuntimeItem) -> TokenStream {
        join(self.to_token_stream(), item, Span::call_site())
    }

    /// Returns the path to an item of the runtime, with the given span. A path that the user wrote keeps its span,
    /// because the compiler reports identical errors at the same span only once.
    pub(crate) fn item_at(&self, item: RuntimeItem, span: Span) -> TokenStream {
        let mut root = self.to_token_stream();
        if self.0.is_none() {
            root = token_stream::map(root, &|mut token| {
                token.set_span(span);
                token
            });
        }
        join(root, item, span)
    }
}

fn join(mut path: TokenStream, item: RuntimeItem, span: Span) -> TokenStream {
    for segment in item.segments() {
        syn::Token![::](span).to_tokens(&mut path);
        path.extend([TokenTree::from(Ident::new(segment, span))]);
    }
    path
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(default_runtime()),
        }
    }
}

fn default_runtime() -> TokenStream {
    extern_path(&Ident::new("afresh", Span::mixed_site()))
}

fn extern_path(name: &Ident) -> TokenStream {
    let mut path = TokenStream::new();
    syn::Token![::](Span::mixed_site()).to_tokens(&mut path);
    path.extend([TokenTree::from(name.clone())]);
    path
}
