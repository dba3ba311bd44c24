//! Tests traits that are declared in a function or by a macro, and traits with raw identifiers, restricted visibility
//! or bounds.

use afresh::{Result, api};
use afresh_tests::Stage;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::{client_on, only};

macro_rules! resource {
    ($(#[$attribute:meta])* $vis:vis $name:ident at $path:literal of $item:ty, by $id:ident: $key:ty) => {
        $(#[$attribute])*
        #[api(dyn)]
        $vis trait $name {
            /// Returns a single item.
            #[none_on(404)]
            #[get($path)]
            async fn one(&self, $id: $key, #[query] depth: u8) -> Result<Option<$item>>;

            #[put($path)]
            async fn put(&self, $id: $key, #[json] item: &$item) -> Result<()>;
        }
    };
}

resource!(
    /// A trait that a macro generates.
    pub(crate) Orders at "/orders/{id}" of u64, by id: &str
);
resource!(Users at "/users/{name}" of bool, by name: &str);

#[tokio::test(start_paused = true)]
async fn a_macro_can_generate_such_traits() {
    let stage = Stage::new();
    stage.respond(|_| (200, 7));
    let orders = DynOrders::new(client_on::<OrdersClient>(&stage));
    assert_eq!(orders.one("a b", 2).await.unwrap(), Some(7));
    assert_eq!(only(&stage).uri(), "https://shop.test/orders/a%20b?depth=2");

    let users: UsersClient = client_on(&stage);
    users.put("ann", &true).await.unwrap();
    assert_eq!(stage.routes()[1], "PUT /users/ann");
}

macro_rules! hygienic {
    () => {
        #[api(dyn)]
        trait Hygienic {
            #[get("/{call}")]
            async fn get(&self, call: u8, #[query] client: u8, #[cookie("c")] tokens: u8) -> Result<()>;
        }
    };
}

hygienic!();

#[tokio::test(start_paused = true)]
async fn names_inside_a_macro_do_not_conflict_with_generated_ones() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    DynHygienic::new(client_on::<HygienicClient>(&stage)).get(1, 2, 3).await.unwrap();
    assert_eq!(only(&stage).uri(), "https://shop.test/1?client=2");
    assert_eq!(only(&stage).header("cookie"), Some("c=3"));
}

#[api(dyn)]
trait r#Raw {
    #[get("/{type}/{in*}")]
    async fn r#match(&self, r#type: &str, r#in: &str, #[query] r#ref: u8, #[cookie] r#fn: u8) -> Result<()>;

    #[post("/parts")]
    async fn r#move(&self, #[part] r#as: &str) -> Result<()>;
}

#[tokio::test(start_paused = true)]
async fn raw_names_are_sent_without_their_prefix() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    let raw = DynRaw::new(client_on::<RawClient>(&stage));
    raw.r#match("a", "b/c", 1, 2).await.unwrap();
    assert_eq!(only(&stage).uri(), "https://shop.test/a/b/c?ref=1");
    assert_eq!(only(&stage).header("cookie"), Some("fn=2"));
    raw.r#move("x").await.unwrap();
    let body = stage.log()[1].body().clone();
    assert!(String::from_utf8_lossy(&body).contains("name=\"as\""));
}

#[tokio::test(start_paused = true)]
async fn a_trait_can_be_declared_in_a_function() {
    #[derive(serde::Deserialize)]
    struct Local(u8);

    #[api(dyn)]
    trait Inside {
        #[timeout("5s")]
        #[get("/inside")]
        async fn inside(&self) -> Result<Local>;
    }

    let stage = Stage::new();
    stage.respond(|_| (200, 7));
    let inside = DynInside::new(client_on::<InsideClient>(&stage));
    assert_eq!(inside.inside().await.unwrap().0, 7);
}

mod inner {
    use afresh::{Result, api};

    #[api(dyn)]
    pub(in crate::declarations) trait Restricted {
        #[get("/restricted")]
        async fn get(&self) -> Result<()>;
    }

    #[api(dyn)]
    pub(super) trait Upwards {
        #[get("/upwards")]
        async fn get(&self) -> Result<()>;
    }
}

#[tokio::test(start_paused = true)]
async fn client_and_holder_have_the_visibility_of_their_trait() {
    use inner::{DynRestricted, DynUpwards, Restricted, RestrictedClient, Upwards, UpwardsClient};

    let stage = Stage::new();
    stage.respond(|_| 200);
    DynRestricted::new(client_on::<RestrictedClient>(&stage)).get().await.unwrap();
    DynUpwards::new(client_on::<UpwardsClient>(&stage)).get().await.unwrap();
    assert_eq!(stage.routes(), ["GET /restricted", "GET /upwards"]);
}

/// A trait that has bounds on the trait itself and on its methods, both in angle brackets and in `where` clauses.
#[api]
trait Bounded<K: Serialize + Sync>
where
    K: Clone,
{
    #[get("/{key}/{rest*}")]
    async fn get<T>(
        &self,
        key: &K,
        rest: &[&str; 2],
        #[cookie("c")] cookie: impl Serialize + Send,
    ) -> Result<T>
    where
        T: DeserializeOwned,
        K: PartialEq;

    #[post("/parts")]
    async fn parts<P>(&self, #[part] part: P, #[part("more")] more: &[K]) -> Result<()>
    where
        P: Serialize + Send;
}

#[tokio::test(start_paused = true)]
async fn bounds_are_kept_in_every_position() {
    let stage = Stage::new();
    stage.respond(|_| (200, 7));
    let bounded: BoundedClient = client_on(&stage);
    let seven: u8 = bounded.get(&1, &["a", "b"], true).await.unwrap();
    assert_eq!((seven, only(&stage).path()), (7, "/1/a/b"), "decoded body and request path");
    assert_eq!(only(&stage).header("cookie"), Some("c=true"));
    <BoundedClient as Bounded<u8>>::parts(&bounded, 'x', &[1, 2]).await.unwrap();
}
