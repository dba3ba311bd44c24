use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(404)]
    #[status(410)] //~ ERROR
    NotFound,
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
