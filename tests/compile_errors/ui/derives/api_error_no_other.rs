use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError { //~ ERROR
    #[status(404)]
    NotFound,
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
