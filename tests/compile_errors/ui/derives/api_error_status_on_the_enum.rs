use afresh::ApiError;

#[derive(Debug, ApiError)]
#[status(404)] //~ ERROR
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
