use afresh::AsTokens;

#[derive(AsTokens)]
pub struct LoggedIn; //~ ERROR

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
