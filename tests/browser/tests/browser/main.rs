//! Tests in headless Chromium. The script `.ci/browser` compiles the page under test and runs the tests in this
//! directory.

mod by_hand;
mod chaos;
mod closed_tabs;
mod cookies;
mod ensure_login;
mod first_pages;
mod login_during_refresh;
mod messages;
mod refused_logout;
mod refused_refresh;
mod shared_session;
mod single_tab;
mod slow_logins;
mod transport;
