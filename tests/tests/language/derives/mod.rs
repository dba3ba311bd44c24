//! Tests `#[derive(ApiError)]` and `#[derive(AsTokens)]`: the variant and message for an error response, and the fields
//! that contain tokens.

mod errors;
mod tokens;
