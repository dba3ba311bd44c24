//! `#[derive(ApiError)]` and `#[derive(AsTokens)]`: which variant an answer becomes and its text, and where the
//! tokens of an answer are found.

mod errors;
mod tokens;
