//! The guide's snippets for web pages (without a framework, with Yew, and with Leptos), and the trait that the snippets
//! use.

pub mod page_app {
    include!("../../../../runtime/docs/guide/browser_page.rs");
}
#[cfg(feature = "leptos")]
pub mod leptos_app {
    use super::{Shop as _, ShopClient};

    include!("../../../../runtime/docs/guide/browser_leptos.rs");
}
#[cfg(feature = "yew")]
pub mod yew_app {
    use super::{Shop as _, ShopClient};

    include!("../../../../runtime/docs/guide/browser_yew.rs");
}

use afresh::{Result, Tokens, api};

#[api]
pub trait Shop {
    #[login]
    #[post("/api/login")]
    async fn login(&self, #[json("user")] user: &str, #[json("password")] password: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/refresh")]
    async fn refresh(&self) -> Result<Tokens>;

    #[get("/api/orders")]
    async fn orders(&self) -> Result<Vec<String>>;
}
