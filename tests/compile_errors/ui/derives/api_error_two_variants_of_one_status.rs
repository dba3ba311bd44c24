use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(409)]
    Conflict(String),
    #[status(409)] //~ ERROR
    Limit(u64),
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> ShopError {
    ShopError::from(error)
}

fn main() {}
