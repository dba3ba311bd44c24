//! Compiles the clients that were generated from handwritten documents with unusual features, and calls the clients'
//! methods.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, reason = "a test fails if it cannot continue")]

mod awkward;
mod pages;
mod recorder;
mod typed;

#[deny(warnings)]
#[allow(unreachable_pub, missing_docs)]
mod shop {
    include!("../../fixtures/shop-3.0.rs");
}

#[deny(warnings)]
#[allow(unreachable_pub, missing_docs)]
mod feed {
    include!("../../fixtures/feed-3.1.rs");
}

#[deny(warnings)]
#[allow(unreachable_pub, missing_docs)]
mod engine {
    include!("../../fixtures/engine-2.0.rs");
}

#[deny(warnings)]
#[allow(unreachable_pub, missing_docs)]
mod library {
    include!("../../fixtures/library-3.1.rs");
}

#[deny(warnings)]
#[allow(unreachable_pub, missing_docs)]
mod lists {
    include!("../../fixtures/lists-3.1.rs");
}
