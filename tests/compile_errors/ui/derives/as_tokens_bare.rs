use afresh::AsTokens;

#[derive(AsTokens)]
pub struct LoggedIn {
    #[tokens] //~ ERROR
    access: String,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
