use afresh::AsTokens;

#[derive(AsTokens)]
pub struct Login {
    #[tokens(access)]
    pub token: String,
    #[tokens(refresh, expires_in)] //~ ERROR
    pub renew: String,
}

pub fn still_compiles(login: &Login) -> afresh::Tokens {
    login.as_tokens()
}

fn main() {}
