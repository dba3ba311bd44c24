use afresh::api;

#[api]
pub struct Shop { //~ ERROR
    pub open: bool,
}

pub fn still_compiles(shop: &Shop) -> bool {
    shop.open
}

fn main() {}
