use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[other]
    Other(Box<afresh::Error>), //~ ERROR
}

pub fn still_compiles(error: afresh::Error) -> ShopError {
    ShopError::from(error)
}

fn main() {}
