use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(2xx)] //~ ERROR
    Fine,
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
