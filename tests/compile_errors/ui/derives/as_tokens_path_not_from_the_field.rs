use afresh::AsTokens;

pub struct Data {
    pub access: String,
}

#[derive(AsTokens)]
pub struct LoggedIn {
    #[tokens(access = "access")] //~ ERROR
    pub data: Data,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
