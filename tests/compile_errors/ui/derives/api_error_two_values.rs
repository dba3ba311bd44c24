use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(404)]
    NotFound,
    #[status(409)]
    Conflict(u64, String), //~ ERROR
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
