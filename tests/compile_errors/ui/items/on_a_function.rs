use afresh::api;

#[api]
pub fn open() -> bool { //~ ERROR
    true
}

pub fn still_compiles() -> bool {
    open()
}

fn main() {}
