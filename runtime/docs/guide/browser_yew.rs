use afresh::store::TabStore;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Lists the orders. The client is built once, and each handler gets a clone.
#[component]
pub fn Orders() -> Html {
    let shop = use_memo((), |()| ShopClient::builder(origin()).store(TabStore::new("shop")).build());
    let orders = use_state(Vec::<String>::new);
    let error = use_state(String::new);
    let load = {
        let (shop, orders, error) = (shop.clone(), orders.clone(), error.clone());
        Callback::from(move |_: MouseEvent| {
            let (shop, orders, error) = (shop.clone(), orders.clone(), error.clone());
            spawn_local(async move {
                let Ok(shop) = &*shop else { return };
                match shop.orders().await {
                    Ok(answer) => orders.set(answer),
                    Err(failed) => error.set(failed.to_string()),
                }
            });
        })
    };
    html! {
        <>
            <button onclick={load}>{ "Load" }</button>
            <p>{ (*error).clone() }</p>
            <ul>{ for orders.iter().map(|order| html! { <li>{ order }</li> }) }</ul>
        </>
    }
}

fn origin() -> String {
    gloo_utils::window().location().origin().unwrap_or_default()
}
