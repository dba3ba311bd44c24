use afresh::AsTokens;

pub struct Data {
    pub access: String,
}

#[derive(AsTokens)]
#[tokens(access = "data..access")] //~ ERROR
pub struct LoggedIn {
    pub data: Data,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
