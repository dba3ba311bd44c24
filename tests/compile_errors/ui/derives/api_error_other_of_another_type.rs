use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(404)]
    NotFound,
    #[other]
    Other(std::io::Error), //~ ERROR
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
