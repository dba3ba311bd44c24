//! Functions that show text on the page and react to clicks.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlInputElement, Window};

/// Returns the page's origin, which is also the origin of its API.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Returns the number of seconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now() / 1000.0)
}

/// Shows text in the element `id`.
pub fn show(id: &str, text: &str) {
    element(id).set_text_content(Some(text));
}

/// Shows a list in the element `id`.
pub fn show_list(id: &str, items: &[String]) {
    show(id, "");
    for item in items {
        if let Ok(line) = document().create_element("li") {
            line.set_text_content(Some(item));
            let _ = element(id).append_child(&line);
        }
    }
}

/// Returns the text of the input field `id`.
pub fn input(id: &str) -> String {
    element(id).dyn_into().map(|input: HtmlInputElement| input.value()).unwrap_or_default()
}

/// Calls `clicked` when the user clicks the element `id`.
pub fn on_click(id: &str, clicked: impl FnMut() + 'static) {
    let clicked = Closure::<dyn FnMut()>::new(clicked);
    let _ = element(id).add_event_listener_with_callback("click", clicked.as_ref().unchecked_ref());
    clicked.forget();
}

/// Calls `tick` every half second.
pub fn every_half_second(tick: impl FnMut() + 'static) {
    let tick = Closure::<dyn FnMut()>::new(tick);
    let _ =
        window().set_interval_with_callback_and_timeout_and_arguments_0(tick.as_ref().unchecked_ref(), 500);
    tick.forget();
}

/// Opens the page in eight more tabs.
pub fn open_eight_tabs() {
    for _ in 0..8 {
        let _ = window().open_with_url_and_target(&origin(), "_blank");
    }
}

fn window() -> Window {
    web_sys::window().expect("the code runs in a page")
}

fn document() -> Document {
    window().document().expect("the page has a document")
}

fn element(id: &str) -> Element {
    document().get_element_by_id(id).expect("index.html has the element")
}
