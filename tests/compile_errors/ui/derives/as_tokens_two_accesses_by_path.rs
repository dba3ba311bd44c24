use afresh::AsTokens;

pub struct Data {
    pub access: String,
}

#[derive(AsTokens)]
#[tokens(access = "data.access")]
pub struct LoggedIn {
    data: Data,
    #[tokens(access)] //~ ERROR
    jwt: String,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
