//! Tests in headless Chromium. The script `.ci/browser` compiles the page under test and runs the tests in this
//! directory.

mod by_hand;
mod chaos;
mod closed_tabs;
mod cookies;
mod messages;
mod shared_session;
mod single_tab;
mod transport;
