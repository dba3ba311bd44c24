use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(404)]
    NotFound,
    #[status(410, 404)] //~ ERROR
    Gone,
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
