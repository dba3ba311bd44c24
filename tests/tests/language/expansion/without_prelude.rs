//! Tests that generated code compiles without the standard prelude.
#![no_implicit_prelude]

#[::afresh::api]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self, #[json("user")] user: &str) -> ::afresh::Result<::afresh::Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("t")] token: ::afresh::RefreshToken)
    -> ::afresh::Result<::afresh::Tokens>;

    #[get("/orders/{id}")]
    #[query("v" = "2")]
    async fn order(&self, id: u64, #[header("x-a")] a: &str) -> ::afresh::Result<()>;

    async fn provided(&self) -> ::afresh::Result<()> {
        self.order(7, "x").await
    }
}

#[::core::prelude::v1::test]
fn generated_code_uses_nothing_of_the_prelude() {
    let shop = ShopClient::builder("https://shop.test").build();
    ::std::assert!(shop.is_ok());
}
