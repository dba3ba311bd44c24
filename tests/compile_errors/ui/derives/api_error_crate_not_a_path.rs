use afresh::ApiError;

#[derive(Debug, ApiError)]
#[api_error(crate = "afresh")] //~ ERROR
pub enum ShopError {
    #[status(404)]
    NotFound,
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
