//! Tests in headless Chromium. The script `.ci/browser` compiles the page under test and runs these tests.

mod by_hand;
mod chaos;
mod closed_tabs;
mod cookies;
mod messages;
mod shared_session;
mod single_tab;
mod transport;
