//! HEADER

mod broken;
mod expanded;
mod places;
mod valid;
