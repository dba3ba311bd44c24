use afresh::AsTokens;

#[derive(AsTokens)]
pub struct LoggedIn {
    #[tokens(access)]
    access: String,
    #[tokens(id_token)] //~ ERROR
    id: String,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
