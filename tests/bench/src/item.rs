//! The Rust type of the response that every client requests. The response is about 200 bytes of JSON.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Item {
    pub id: u64,
    pub name: String,
    pub description: String,
    pub price: f64,
    pub stock: u32,
    pub tags: Vec<String>,
    pub seller: Option<String>,
}

impl Item {
    pub fn numbered(id: u64) -> Self {
        Self {
            id,
            name: "A kettle that whistles".to_owned(),
            description: "Holds two litres, and is done in three minutes.".to_owned(),
            price: 39.5,
            stock: 12,
            tags: ["kitchen", "steel", "new"].map(str::to_owned).to_vec(),
            seller: Some("Example & Sons".to_owned()),
        }
    }
}
