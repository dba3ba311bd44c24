//! Defines path templates, which consist of literal text and `{placeholders}`.
//!
//! Read `template.rs` first: it parses a template.

mod error;
mod placeholder_name;
mod template;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

pub(crate) use template::PathTemplate;
