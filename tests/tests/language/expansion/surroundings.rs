//! Tests that generated code does not depend on the names in scope, on where the trait is declared, or on whether a
//! macro declares the trait.

use afresh_tests::Stage;

use super::{client_on, only};

mod shadowed {
    #![allow(dead_code, non_camel_case_types)]

    pub struct Option;
    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct Some;
    pub struct Pending;
    pub struct Client;
    pub trait Send {}
    pub trait Sync {}
    pub trait Future {}
    pub trait Clone {}
    pub trait Debug {}
    pub mod core {}
    pub mod std {}
    pub mod afresh {}
    pub type u16 = ();
    pub type str = ();
    pub type Result = ::std::result::Result<(), ::afresh::Error>;

    #[::afresh::api]
    pub trait Shop {
        #[login]
        #[post("/login")]
        async fn login(&self) -> ::afresh::Result<::afresh::Tokens>;

        #[refresh]
        #[post("/refresh")]
        async fn refresh(
            &self,
            #[json("t")] token: ::afresh::RefreshToken,
        ) -> ::afresh::Result<::afresh::Tokens>;

        #[get("/orders/{id}")]
        #[refresh_on(403)]
        async fn order(&self, id: u64) -> Result;

        async fn both(&self) -> Result {
            self.order(1).await?;
            self.order(2).await
        }
    }
}

#[tokio::test]
async fn shadowed_names_do_not_matter() {
    use shadowed::Shop as _;
    let stage = Stage::new();
    let shop: shadowed::ShopClient = client_on(&stage);
    shop.session().set(afresh::Tokens::new("a1"));
    shop.both().await.unwrap();
    stage.assert_sends(2);
}

mod hidden {
    pub mod deep {
        pub use ::afresh as runtime;
    }
}

mod renamed {
    #[super::hidden::deep::runtime::api(crate = crate::expansion::surroundings::hidden::deep::runtime)]
    pub trait Shop {
        #[get("/orders/{id}")]
        async fn order(&self, id: u64) -> afresh::Result<()>;
    }
}

#[tokio::test]
async fn the_runtime_may_have_another_name() {
    use renamed::Shop as _;
    let stage = Stage::new();
    let shop: renamed::ShopClient = client_on(&stage);
    shop.order(7).await.unwrap();
    assert_eq!(only(&stage).path(), "/orders/7");
}

#[tokio::test]
async fn a_trait_can_be_declared_in_a_function() {
    type Answer = afresh::Result<()>;
    use afresh as ours;

    #[ours::api(crate = ours)]
    trait Local {
        #[refresh]
        #[post("/refresh")]
        async fn refresh(&self, #[json("t")] token: ours::RefreshToken) -> ours::Result<ours::Tokens>;

        #[get("/")]
        async fn root(&self) -> Answer;
    }

    let stage = Stage::new();
    let local: LocalClient = client_on(&stage);
    local.session().set(ours::Tokens::new("a1"));
    local.root().await.unwrap();
    assert_eq!(only(&stage).path(), "/");
}

macro_rules! declare {
    ($(#[$meta:meta])* $vis:vis $name:ident, $prefix:literal, $method:ident($arg:ident: $type:ty) -> $output:ty, $path:literal) => {
        #[afresh::api(path = $prefix)]
        $(#[$meta])*
        $vis trait $name {
            #[get($path)]
            async fn $method(&self, #[query] $arg: $type) -> $output;
        }
    };
}

declare! {
    /// A trait that a macro generates.
    pub Made, "/api", orders(page: Option<u8>) -> afresh::Result<()>, "/orders"
}

#[tokio::test]
async fn another_macro_can_generate_the_trait() {
    let stage = Stage::new();
    let made: MadeClient = client_on(&stage);
    made.orders(Some(2)).await.unwrap();
    assert_eq!(only(&stage).route(), "GET /api/orders");
}

/// A trait with names that the generated code might use as well.
#[afresh::api]
#[allow(clippy::wrong_self_convention)]
pub trait Greedy {
    #[get("/{call}/{tokens}")]
    async fn send(
        &self,
        call: u8,
        tokens: u8,
        #[query] transport: u8,
        #[query] client: u8,
        #[query] __afresh: u8,
    ) -> afresh::Result<()>;

    #[get("/new")]
    async fn new(&self) -> afresh::Result<()>;

    #[get("/builder")]
    async fn builder(&self) -> afresh::Result<()>;
}

#[tokio::test]
async fn any_parameter_or_method_name_is_allowed() {
    let stage = Stage::new();
    let greedy: GreedyClient = client_on(&stage);
    greedy.send(1, 2, 3, 4, 5).await.unwrap();
    assert_eq!(only(&stage).uri(), "https://shop.test/1/2?transport=3&client=4&__afresh=5");
    Greedy::new(&greedy).await.unwrap();
    Greedy::builder(&greedy).await.unwrap();
}
