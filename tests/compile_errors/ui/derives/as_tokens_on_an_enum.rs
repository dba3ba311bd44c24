use afresh::AsTokens;

#[derive(AsTokens)]
pub enum LoggedIn { //~ ERROR
    Tokens(String),
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
