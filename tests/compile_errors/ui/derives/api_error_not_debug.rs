use afresh::ApiError;

#[derive(ApiError)]
pub enum ShopError { //~ ERROR
    #[status(404)]
    NotFound,
    #[other]
    Other(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
