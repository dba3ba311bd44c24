//! Tests in headless Chromium. `.ci/browser` compiles the page under test and runs them.

mod by_hand;
mod chaos;
mod closed_tabs;
mod cookies;
mod messages;
mod shared_session;
mod single_tab;
mod transport;
