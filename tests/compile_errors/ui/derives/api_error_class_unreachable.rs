use afresh::ApiError;

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(4xx)]
    Refused,
    #[status(4xx)] //~ ERROR
    Problem(afresh::Problem),
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
