use afresh::AsTokens;

#[derive(AsTokens)]
#[tokens(expires_in)] //~ ERROR
pub struct LoggedIn {
    #[tokens(acess)] //~ ERROR
    access: String,
    #[tokens(refresh = "token")] //~ ERROR
    data: String,
    #[tokens(scope)]
    a: String,
    #[tokens(scope)] //~ ERROR
    b: String,
}

pub fn still_compiles(answer: &LoggedIn) -> afresh::Tokens {
    answer.as_tokens()
}

fn main() {}
