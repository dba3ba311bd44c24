use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[other]
    Other(afresh::Error),
    #[other] //~ ERROR
    Rest(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
