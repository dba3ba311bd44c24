//! Parses the parts of a trait method's signature, and keeps the method's default body as raw tokens.

use std::ops::Range;

use proc_macro2::{Group, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::token::Brace;
use syn::{
    GenericArgument, GenericParam, Generics, Ident, Lifetime, LitStr, Path, PathArguments, Token, Type,
    TypeParamBound, Visibility,
};

use super::attribute::Attribute;
use super::inputs::Inputs;
use super::name::Name;
use super::recovery::starts_item;
use super::token_search::{lifetimes_in, mentions};
use crate::diag::{Diagnostics, Location};

/// A method as written.
pub(crate) struct Method {
    /// The range of numbers that identify the source locations in this method.
    pub(crate) locations: Range<usize>,
    pub(crate) attributes: Vec<Attribute>,
    /// Whether `#[async_trait]` has rewritten the method. A method that `#[async_trait]` has rewritten is read as the
    /// original async method.
    pub(crate) is_desugared: bool,
    /// The visibility that the user wrote, even though a trait method cannot have a visibility. The visibility is kept
    /// so that the compiler reports it as an error.
    pub(crate) vis: Visibility,
    pub(crate) qualifiers: Qualifiers,
    pub(crate) fn_token: Token![fn],
    pub(crate) at: Location,
    pub(crate) name: Name,
    pub(crate) generics: Generics,
    pub(crate) generics_at: Location,
    pub(crate) inputs: Inputs,
    pub(crate) output: Option<Output>,
    pub(crate) end: End,
}

/// The keywords before `fn`.
pub(crate) struct Qualifiers {
    pub(crate) asyncness: Option<Token![async]>,
    /// The keywords `const`, `unsafe` and `extern`.
    pub(crate) others: TokenStream,
    /// The first keyword in the field `others`.
    pub(crate) other: Option<(Location, String)>,
}

pub(crate) struct Output {
    pub(crate) arrow: Token![->],
    pub(crate) ty: Type,
    pub(crate) at: Location,
}

pub(crate) enum End {
    Declared(Token![;]),
    Provided(Group),
}

impl Method {
    /// Parses the rest of a method after its attributes. `start` is the first location of the method.
    pub(super) fn parse(
        input: ParseStream,
        attributes: Vec<Attribute>,
        start: usize,
        diag: &mut Diagnostics,
    ) -> syn::Result<Self> {
        let vis = input.parse()?;
        let qualifiers = Qualifiers::parse(input, diag)?;
        let fn_token: Token![fn] = input.parse()?;
        let at = diag.locate(&fn_token);
        let name = Name::parse(input, diag)?;
        let mut generics: Generics = input.parse()?;
        let generics_at = diag.locate(&generics);
        let inputs = Inputs::parse(input, diag)?;
        let output = Output::parse(input, diag)?;
        generics.where_clause = input.parse()?;
        let locations = since(start, diag);
        let end = End::parse(input, output.is_some())?;
        let mut qualifiers = qualifiers;
        let mut output = output;
        let is_desugared = resugar(&mut generics, &mut qualifiers, &mut output);
        Ok(Self {
            locations,
            attributes,
            is_desugared,
            vis,
            qualifiers,
            fn_token,
            at,
            name,
            generics,
            generics_at,
            inputs,
            output,
            end,
        })
    }

    pub(crate) fn is_async(&self) -> bool {
        self.qualifiers.asyncness.is_some()
    }

    /// Whether the method has type or const parameters. Lifetime parameters do not make a method generic.
    pub(crate) fn is_generic(&self) -> bool {
        self.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_)))
    }

    /// Returns each lifetime that the signature uses but that neither the method nor the trait declares. Each lifetime
    /// is returned with the location of the type that contains the lifetime.
    pub(crate) fn undeclared_lifetimes(&self, of_trait: &Generics) -> Vec<(Lifetime, Location)> {
        let types = self.inputs.params.iter().map(|param| (&param.ty, param.ty_at));
        let types = types.chain(self.output.as_ref().map(|output| (&output.ty, output.at)));
        let declared: Vec<&Ident> = self
            .generics
            .lifetimes()
            .chain(of_trait.lifetimes())
            .map(|known| &known.lifetime.ident)
            .collect();
        let mut found: Vec<(Lifetime, Location)> = Vec::new();
        for (ty, at) in types.filter(|(ty, _)| !mentions(ty, "for")) {
            let unknown = lifetimes_in(ty.to_token_stream()).into_iter().filter(|lifetime| {
                let name = &lifetime.ident;
                name != "static" && name != "_" && !declared.contains(&name)
            });
            for lifetime in unknown {
                if !found.iter().any(|(other, _)| other.ident == lifetime.ident) {
                    found.push((lifetime, at));
                }
            }
        }
        found
    }

    pub(crate) fn mentions_itself(&self) -> bool {
        let types = self.inputs.params.iter().map(|param| &param.ty);
        let mut types = types.chain(self.output.as_ref().map(|output| &output.ty));
        types.any(|ty| mentions(ty, "Self")) || mentions(&self.generics.where_clause, "Self")
    }

    pub(crate) fn is_conditional(&self) -> bool {
        self.attributes.iter().any(Attribute::is_cfg)
    }
}

impl Qualifiers {
    fn parse(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Self> {
        let mut found = Self { asyncness: None, others: TokenStream::new(), other: None };
        while !input.peek(Token![fn]) {
            if input.peek(Token![async]) {
                found.asyncness = Some(input.parse()?);
                continue;
            }
            let word = input.call(Ident::parse_any)?;
            word.to_tokens(&mut found.others);
            if word == "extern" {
                input.parse::<Option<LitStr>>()?.to_tokens(&mut found.others);
            }
            let at = diag.locate(&word);
            found.other = found.other.or_else(|| Some((at, word.to_string())));
        }
        Ok(found)
    }
}

impl Output {
    fn parse(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Option<Self>> {
        let Some(arrow) = input.parse()? else {
            return Ok(None);
        };
        let ty: Type = input.parse()?;
        Ok(Some(Self { arrow, at: diag.locate(&ty), ty }))
    }

    pub(crate) fn arrow_span(&self) -> Span {
        self.arrow.spans.first().copied().unwrap_or_else(Span::mixed_site)
    }
}

impl End {
    /// Parses the end of a method, which is `;` or a default body. A method that lacks only the final `;` is kept,
    /// because the user is probably still typing the method.
    fn parse(input: ParseStream, has_output: bool) -> syn::Result<Self> {
        if input.peek(Token![;]) {
            return input.parse().map(Self::Declared);
        }
        if input.peek(Brace) {
            return input.parse().map(Self::Provided);
        }
        // The compiler has already reported that the `;` is missing.
        if has_output && (input.is_empty() || starts_item(input)) {
            return Ok(Self::Declared(Token![;](Span::call_site())));
        }
        Err(input.error("expected `;` or a body"))
    }
}

/// Undoes the effect of `#[async_trait]`, which turns `async fn f(&self) -> R` into
/// `fn f<'life0, 'async_trait>(&'life0 self) -> Pin<Box<dyn Future<Output = R> + Send + 'async_trait>>`.
fn resugar(generics: &mut Generics, qualifiers: &mut Qualifiers, output: &mut Option<Output>) -> bool {
    let is_invented = |param: &GenericParam| matches!(param, GenericParam::Lifetime(param) if param.lifetime.ident == "async_trait");
    if !generics.params.iter().any(is_invented) {
        return false;
    }
    let kept = std::mem::take(&mut generics.params).into_iter().filter(|param| !is_invented(param));
    generics.params = kept.collect();
    generics.where_clause = None;
    let span = generics.lt_token.map_or_else(Span::call_site, |token| token.span);
    qualifiers.asyncness = Some(Token![async](span));
    if let Some(output) = output {
        if let Some(ty) = awaited(&output.ty) {
            output.ty = ty;
        }
    }
    true
}

/// Returns the `R` of `Pin<Box<dyn Future<Output = R> + Send>>`.
fn awaited(ty: &Type) -> Option<Type> {
    match ty {
        Type::Path(path) => awaited_in(&path.path),
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => awaited_in(&bound.path),
            _ => None,
        }),
        _ => None,
    }
}

fn awaited_in(path: &Path) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => awaited(inner),
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(assoc.ty.clone()),
        _ => None,
    })
}

fn since(start: usize, diag: &Diagnostics) -> Range<usize> {
    start..diag.position()
}
