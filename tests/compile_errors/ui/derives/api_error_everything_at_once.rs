use afresh::ApiError;

#[derive(Debug, ApiError)]
#[api_error(crat = afresh)] //~ ERROR
pub enum ShopError {
    #[status(4x)] //~ ERROR
    Refused,
    Lost, //~ ERROR
    #[status(409)]
    Conflict(u64, u64), //~ ERROR
    #[other]
    Other, //~ ERROR
    #[other] //~ ERROR
    Rest(afresh::Error),
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
