//! Path templates: literal text and `{placeholders}`.
//!
//! Read `template.rs` first.

mod error;
mod placeholder_name;
mod template;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

pub(crate) use template::PathTemplate;
