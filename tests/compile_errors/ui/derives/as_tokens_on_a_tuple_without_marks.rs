use afresh::AsTokens;

#[derive(serde::Deserialize, AsTokens)]
pub struct Session(String, String); //~ ERROR

pub fn still_compiles(session: &Session) -> afresh::Tokens {
    session.as_tokens()
}

fn main() {}
