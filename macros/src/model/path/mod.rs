//! Defines path templates, which consist of literal text and `{placeholders}`. Start with `template.rs`.

mod error;
mod placeholder_name;
mod template;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

pub(crate) use template::PathTemplate;
