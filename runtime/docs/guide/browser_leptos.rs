use afresh::store::TabStore;
use leptos::prelude::*;

/// Lists the orders. The client is `Send` even in a browser, so Leptos resources and actions can use it.
#[component]
pub fn Orders() -> impl IntoView {
    let shop = ShopClient::builder(location().origin().unwrap_or_default())
        .store(TabStore::new("shop"))
        .build()
        .expect("the origin is a valid URL");
    let load = Action::new(move |(): &()| {
        let shop = shop.clone();
        async move { shop.orders().await.map_err(|error| error.to_string()) }
    });
    let orders = move || load.value().get().map(|answer| answer.unwrap_or_else(|error| vec![error]));
    view! {
        <button on:click=move |_| { load.dispatch(()); }>"Load"</button>
        <ul>{move || orders().unwrap_or_default().into_iter().map(|order| view! { <li>{order}</li> }).collect_view()}</ul>
    }
}
