use afresh::ApiError;

#[derive(Debug, ApiError)]
pub struct ShopError { //~ ERROR
    pub status: u16,
}

pub fn still_compiles(error: afresh::Error) -> String {
    ShopError::from(error).to_string()
}

fn main() {}
