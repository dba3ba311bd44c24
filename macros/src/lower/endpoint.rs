//! Converts a parsed method, with its attributes, path, constants and parameters, to an endpoint.

use syn::{GenericArgument, PathArguments, Type};

use super::constant::lower_constants;
use super::parameter::lower_parameter;
use super::report::{push_elsewhere, push_hidden, push_misplaced};
use super::request::{Request, lower_request};
use super::rule::lower_rule;
use super::value::lower_path;
use crate::api::{Endpoint, Member, Param};
use crate::diag::{Diagnostics, Located};
use crate::model::{Constant, ConstantPlace, ParamKind, PathTemplate, Rule};
use crate::syntax::{
    Attribute, End, Inputs, Method, Owner, Receiver, Style, mentions, mentions_reference, tables,
};

pub(super) fn lower_method<'s>(
    source: &'s Method,
    prefix: Option<&PathTemplate>,
    trait_constants: &[Located<Constant>],
    diag: &mut Diagnostics,
) -> Member<'s> {
    if is_helper(source) {
        lower_helper(source, diag);
        return Member::Provided(source);
    }
    let mut found = Found { may_have_verb: has_misplaced_verb(&source.inputs), ..Found::default() };
    for attribute in &source.attributes {
        found.add(attribute, source, diag);
    }
    for attribute in &source.inputs.on_receiver {
        push_on_receiver(attribute, diag);
    }
    if found.has_verb || found.may_have_verb {
        lower_signature(source, diag);
    } else {
        // If a method has no HTTP method attribute, the user might simply have forgotten the default body, so the
        // signature is not checked.
        push_no_verb(source, diag);
    }
    let path =
        found.path.filter(|_| !found.is_misplaced).and_then(|path| lower_whole_path(&path, prefix, diag));
    let params: Vec<Param> = source.inputs.params.iter().map(|param| lower_parameter(param, diag)).collect();
    let constants = merge_constants(trait_constants, found.constants, &params);
    Member::Endpoint(Endpoint { source, verb: found.verb, path, rules: found.rules, constants, params })
}

/// Whether the HTTP method attribute is misplaced: on a parameter or on `self` instead of on the method. The step that
/// reads parameters reports the misplaced attribute.
fn has_misplaced_verb(inputs: &Inputs) -> bool {
    let on_params = inputs.params.iter().flat_map(|param| &param.attributes);
    inputs.on_receiver.iter().chain(on_params).any(|attribute| tables::verb(&attribute.name).is_some())
}

fn push_on_receiver(attribute: &Attribute, diag: &mut Diagnostics) {
    if let Owner::Hidden(name) = &attribute.owner {
        push_hidden(attribute, name, diag);
    } else if tables::kind(&attribute.name).is_some() {
        let fact = format!("the `{}` attribute must not be on `self`", attribute.name);
        diag.push_help(attribute.at, fact, "move the attribute to a parameter");
    } else {
        push_misplaced(attribute, diag);
    }
}

/// Merges the constants of the trait and the method. A value that the method sets overrides the trait's value.
fn merge_constants(
    trait_constants: &[Located<Constant>],
    own: Vec<Located<Constant>>,
    params: &[Param],
) -> Vec<Located<Constant>> {
    let header_of = |param: &Param| param.kind.as_ref().and_then(ParamKind::header).map(str::to_owned);
    let mut headers: Vec<String> = params.iter().filter_map(header_of).collect();
    // A multipart body sets its own content type, which contains the boundary between the parts.
    headers.extend(params.iter().any(Param::is_part).then(|| "content-type".to_owned()));
    let mut merged: Vec<Located<Constant>> = trait_constants.to_vec();
    merged.retain(|constant| {
        let Constant { place, name, .. } = &constant.value;
        let by_constant = own.iter().any(|other| other.value.place == *place && other.value.name == *name);
        let in_query = |param: &Param| param.kind.as_ref().and_then(ParamKind::query) == Some(name);
        let by_param = match place {
            ConstantPlace::Header => headers.contains(name),
            ConstantPlace::Query => params.iter().any(in_query),
            ConstantPlace::Json | ConstantPlace::Form => false,
        };
        !(by_constant || by_param)
    });
    merged.extend(own);
    merged
}

/// The combined meaning of a method's attributes.
#[derive(Default)]
struct Found {
    has_verb: bool,
    may_have_verb: bool,
    /// Whether the method has an attribute that belongs on a parameter.
    is_misplaced: bool,
    verb: Option<Located<String>>,
    path: Option<Located<String>>,
    rules: Vec<Located<Rule>>,
    constants: Vec<Located<Constant>>,
}

impl Found {
    fn add(&mut self, attribute: &Attribute, method: &Method, diag: &mut Diagnostics) {
        match &attribute.owner {
            Owner::Foreign | Owner::Repeated => {}
            Owner::Hidden(name) => {
                self.may_have_verb |= tables::verb(name).is_some();
                push_hidden(attribute, name, diag);
            }
            Owner::Elsewhere(help) => push_elsewhere(attribute, help, diag),
            Owner::Misspelled => {
                // A misspelled attribute is probably the HTTP method attribute, so the missing HTTP method is not
                // reported as a second error.
                self.may_have_verb = true;
                diag.push_unknown(
                    attribute.at,
                    "method attribute",
                    &attribute.name,
                    &tables::method_attributes(),
                );
            }
            Owner::Macro => self.add_macro_attribute(attribute, method, diag),
        }
    }

    fn add_macro_attribute(&mut self, attribute: &Attribute, method: &Method, diag: &mut Diagnostics) {
        let name = attribute.name.as_str();
        if let Some(verb) = tables::verb(name) {
            if self.has_verb {
                let fact = format!("duplicate HTTP method attribute on method `{}`", method.name.plain());
                return diag.push(attribute.at, fact);
            }
            self.has_verb = true;
            let Request { verb, path } = lower_request(attribute, verb, diag);
            (self.verb, self.path) = (verb, path);
        } else if let Some(rule) = tables::rule(name) {
            if let Some(value) = lower_rule(attribute, rule, diag) {
                self.rules.push(Located { value, at: attribute.at });
            }
        } else if let Some((place, _)) = tables::constant(name) {
            // A constant attribute without arguments was probably meant for a parameter. If an attribute is misplaced,
            // the path is not checked against the parameters.
            self.is_misplaced |= attribute.style == Style::Bare;
            self.constants.extend(lower_constants(attribute, place, diag));
        } else {
            self.is_misplaced = true;
            diag.push(attribute.at, format_args!("the `{name}` attribute applies to parameters only"));
        }
    }
}

/// Whether the method is a helper that does not send a request: it has a default body and none of this macro's
/// attributes.
fn is_helper(method: &Method) -> bool {
    matches!(method.end, End::Provided(_)) && all_attributes(method).all(Attribute::is_foreign)
}

fn all_attributes(method: &Method) -> impl Iterator<Item = &Attribute> {
    let Inputs { on_receiver, params, .. } = &method.inputs;
    let on_params = params.iter().flat_map(|param| &param.attributes);
    method.attributes.iter().chain(on_receiver).chain(on_params)
}

/// Reports a method that has no HTTP method attribute. For a method with a default body, the help text also suggests
/// removing one of this macro's attributes.
fn push_no_verb(method: &Method, diag: &mut Diagnostics) {
    let has_body = matches!(method.end, End::Provided(_));
    let own = all_attributes(method).find(|attribute| attribute.owner == Owner::Macro);
    if has_body && own.is_none() {
        // The method's only invalid attribute belongs to another framework and has already been reported.
        return;
    }
    let fact = format!("method `{}` has no HTTP method attribute", method.name.plain());
    let verbs = tables::list_attributes(tables::VERBS.iter().map(|(name, _)| *name));
    let is_helper = method.qualifiers.asyncness.is_none() || method.qualifiers.other.is_some();
    let or = match own.filter(|_| has_body) {
        Some(attribute) => format!(", or remove the `{}` attribute", attribute.name),
        None if is_helper => ", or give the method a default body".to_owned(),
        None => String::new(),
    };
    diag.push_help(method.name.at, fact, format_args!("add one of {verbs}{or}"));
}

/// Returns the method's path, joined to the trait's prefix. Returns only the prefix if the method's path is empty.
fn lower_whole_path(
    path: &Located<String>,
    prefix: Option<&PathTemplate>,
    diag: &mut Diagnostics,
) -> Option<Located<PathTemplate>> {
    let is_prefix = path.value.is_empty() && prefix.is_none_or(|prefix| *prefix != PathTemplate::empty());
    let own = if is_prefix { PathTemplate::empty() } else { lower_path(&path.value, path.at, diag)? };
    match prefix?.join(&own) {
        Ok(value) => Some(Located { value, at: path.at }),
        Err(wrong) => {
            diag.push(path.at, wrong);
            None
        }
    }
}

fn lower_signature(method: &Method, diag: &mut Diagnostics) {
    let name = method.name.plain();
    if let Some((at, qualifier)) = &method.qualifiers.other {
        diag.push(*at, format_args!("method `{name}` must not be `{qualifier}`"));
    } else if method.qualifiers.asyncness.is_none() {
        diag.push_help(method.at, format_args!("method `{name}` must be async"), "add `async` before `fn`");
    }
    match &method.inputs.receiver {
        Receiver::Shared { .. } => {}
        Receiver::Missing => {
            let help = "add `&self` as the first parameter";
            diag.push_help(method.inputs.at, format_args!("method `{name}` must take `&self`"), help);
        }
        Receiver::Other { at, written, .. } => {
            diag.push(*at, format_args!("method `{name}` must take `&self`, not `{written}`"));
        }
    }
    match &method.output {
        None => diag.push(method.name.at, format_args!("method `{name}` must return a `Result`")),
        Some(output) if mentions(&output.ty, "impl") => {
            diag.push(
                output.at,
                format_args!("method `{name}` must return a type that can be named, not `impl`"),
            );
        }
        Some(output) if mentions_reference(&value_of(&output.ty)) => {
            let help =
                "a response cannot be borrowed: return an owned type, such as `String` instead of `&str`";
            diag.push_help(output.at, format_args!("method `{name}` must not return a reference"), help);
        }
        Some(_) => {}
    }
}

/// Returns the `T` of `Result<T, E>`, or the whole type if the type is not written as a `Result`. The compiler checks
/// the error type.
fn value_of(ty: &Type) -> Type {
    let Type::Path(path) = ty else { return ty.clone() };
    let Some(PathArguments::AngleBracketed(arguments)) =
        path.path.segments.last().map(|last| &last.arguments)
    else {
        return ty.clone();
    };
    match arguments.args.iter().collect::<Vec<_>>().as_slice() {
        [GenericArgument::Type(value), GenericArgument::Type(_)] => value.clone(),
        _ => ty.clone(),
    }
}

fn lower_helper(method: &Method, diag: &mut Diagnostics) {
    if let (Some((at, qualifier)), Some(_)) = (&method.qualifiers.other, &method.qualifiers.asyncness) {
        diag.push(*at, format_args!("method `{}` must not be `{qualifier}`", method.name.plain()));
    }
}
