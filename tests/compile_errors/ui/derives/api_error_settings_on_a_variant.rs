use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[api_error(from_only)] //~ ERROR
    #[status(404)]
    NotFound,
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
