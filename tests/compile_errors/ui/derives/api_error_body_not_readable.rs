use afresh::ApiError;

#[derive(Debug)]
pub struct Opaque;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(404)]
    NotFound,
    #[status(409)]
    Conflict(Opaque), //~ ERROR
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
