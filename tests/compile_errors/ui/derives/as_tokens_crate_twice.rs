use afresh::AsTokens;

#[derive(AsTokens)]
#[tokens(crate = afresh, crate = afresh)] //~ ERROR
pub struct LoggedIn {
    #[tokens(access)]
    access: String,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
