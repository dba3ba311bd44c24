use afresh::{api, Result, Tokens};

#[api(pth = "/api", scheme = "a b")] //~ ERROR //~ ERROR
pub trait Shop {
    async fn no_verb(&self) -> Result<()>; //~ ERROR

    #[get("orders")] //~ ERROR
    fn order( //~ ERROR
        &mut self, //~ ERROR
        id: u64,
        #[quary] page: u64, //~ ERROR
        #[query] (a, b): (u8, u8), //~ ERROR
    ) -> Result<()>;

    #[login]
    #[post("/login")]
    async fn login(&self, #[json] #[query] name: &str) -> Result<Tokens>; //~ ERROR

    #[login] //~ ERROR
    #[public] //~ ERROR
    #[get("/enter")]
    async fn enter(&self, #[json] code: &str, #[header("x y")] trace: u8) -> Result<Tokens>; //~ ERROR //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.no_verb().await?;
    shop.order(7, 1, (2, 3)).await?;
    shop.login("me").await?;
    shop.enter("code", 1).await?;
    shop.health().await
}

fn main() {}
