use afresh::AsTokens;

#[derive(AsTokens)]
pub struct LoggedIn {
    #[tokens(access)]
    access: String,
    #[tokens(expires_in)]
    expires: Vec<u64>, //~ ERROR
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
