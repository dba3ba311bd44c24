use afresh::AsTokens;

#[derive(AsTokens)]
pub struct LoggedIn { //~ ERROR
    #[tokens(refresh)]
    refresh: String,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
