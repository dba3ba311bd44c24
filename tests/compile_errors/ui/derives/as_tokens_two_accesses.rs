use afresh::AsTokens;

#[derive(AsTokens)]
pub struct LoggedIn {
    #[tokens(access)]
    access: String,
    #[tokens(access)] //~ ERROR
    jwt: String,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
