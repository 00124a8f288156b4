//! CodeAlong's pages, rendered on the server and hydrated in the browser, and the server functions.
//!
//! Compiled twice: with the feature `ssr` for the server, with `hydrate` for the browser. [`App`] is
//! the root of the steps' pages, [`OverviewApp`] that of the pages without an editor, [`shell`] the
//! document around either. All that a browser asks of the server is a function in [`api`]; under `ssr`, `state`
//! has the courses and the sandbox that these share, and `judge` makes a request a run. A step's page
//! is `workbench`, and what a browser stores goes through `store`. What only a browser has is behind
//! `browser`, whose functions do nothing on the server. The decisions are those of `browser_model`,
//! tested without a browser; the components show them.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns what it is given, whether it uses it up or not"
)]
#![expect(
    unreachable_pub,
    reason = "the component macro makes the function inside each component public"
)]

pub mod api;
mod api_client;
mod api_error;
pub mod base_path;
mod browser;
mod byte_spans;
mod copy;
mod course_text;
mod dialog;
#[cfg(feature = "hydrate")]
pub mod entry;
mod erased_view;
mod icon;
#[cfg(feature = "ssr")]
pub mod judge;
mod navigation;
mod notice;
mod overview;
mod page;
mod progress_dialog;
mod prose;
#[cfg(feature = "ssr")]
mod run_response;
mod run_stream;
pub mod site_files;
#[cfg(feature = "ssr")]
pub mod state;
mod store;
mod top_bar;
mod workbench;

use leptos::either::Either;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};
use protocol::RunError;

use crate::base_path::{BasePath, address_of};
use crate::erased_view::IntoErasedView;
use crate::navigation::{NavigationCount, PendingNavigation};
use crate::overview::Overview;
use crate::page::{LoadingPage, NotFoundPage, StepPage, Trouble};
use crate::site_files::SiteFiles;
use crate::store::Store;

pub use crate::overview::OverviewApp;

/// The id of the element that holds the app, and nothing else.
pub const ROOT_ID: &str = "app";

/// The document around the pages. The context provides the [`SiteFiles`].
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let files = expect_context::<SiteFiles>();
    let overview = Overview::of_request();
    if let Some(page) = overview.clone() {
        provide_context(page);
    }
    let (head, data) = (
        overview.as_ref().map(Overview::head),
        overview.as_ref().map(Overview::data),
    );
    let base = BasePath::of_page();
    let base = (base != BasePath::default()).then(|| base.as_str().to_owned());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-base-path=base.clone()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <script nonce=use_nonce() inner_html=include_str!("boot.js")></script>
                <script nonce=use_nonce() inner_html=load_script(&files, overview.as_ref())></script>
                <link rel="stylesheet" id="leptos" href=files.style() />
                <link rel="icon" type="image/svg+xml" href=address_of("/favicon.svg") />
                <link rel="apple-touch-icon" href=address_of("/touch-icon.png") />
                <meta property="og:site_name" content="CodeAlong" />
                <meta property="og:type" content="website" />
                {link_picture()}
                <script nonce=use_nonce() inner_html=include_str!("translation.js")></script>
                <AutoReload options=options.clone() />
                <script type="module" nonce=use_nonce() inner_html=include_str!("start.js")></script>
                {head}
                <MetaTags />
            </head>
            <body>
                // An element of its own: what extensions put into the body is none of its business.
                <div id=ROOT_ID>
                    {match overview {
                        Some(_) => Either::Left(view! { <OverviewApp /> }),
                        None => Either::Right(view! { <App /> }),
                    }}
                </div>
                {data}
            </body>
        </html>
    }
}

/// Loads the wasm, as Leptos' `HydrationScripts` does but without its preload hints: on a slow
/// machine, browsers warn in the console that what was preloaded is not used yet.
fn load_script(files: &SiteFiles, overview: Option<&Overview>) -> String {
    let (wasm, script) = (files.wasm(), files.script());
    let files = match files.overview().filter(|_| overview.is_some()) {
        Some((overview_wasm, overview_script)) => serde_json::json!({
            "wasm": overview_wasm,
            "script": overview_script,
            "steps": [wasm, script],
            "courses": address_of("/courses/"),
        }),
        _ => serde_json::json!({
            "wasm": wasm,
            "script": script,
            "courses": address_of("/courses/"),
            "editor": files.editor(),
            "editorWorker": files.editor_worker(),
            "editorIcons": files.editor_icons(),
        }),
    };
    include_str!("load.js").replace("FILES", &files.to_string())
}

/// The picture that messengers show of a page. They want its whole address.
fn link_picture() -> impl IntoView {
    page_origin().map(|origin| {
        let property = |name: &'static str, content: String| {
            leptos::html::meta()
                .attr("property", name)
                .attr("content", content)
        };
        let alt = "A test that fails, with the bytes that came and the line to change";
        (
            property(
                "og:image",
                format!("{origin}{}", address_of("/open-graph.png")),
            ),
            property("og:image:width", "1200".to_owned()),
            property("og:image:height", "630".to_owned()),
            property("og:image:alt", alt.to_owned()),
            view! { <meta name="twitter:card" content="summary_large_image" /> },
        )
    })
}

/// The origin of the page that is being rendered, as its reader has it.
#[cfg(feature = "ssr")]
fn page_origin() -> Option<String> {
    let parts = use_context::<axum::http::request::Parts>()?;
    let header = |name: &str| parts.headers.get(name)?.to_str().ok();
    let host = header("host")?;
    // Whoever sends it sees it in the answer alone.
    let scheme = match header("x-forwarded-proto") {
        Some("https") => "https",
        _ => "http",
    };
    Some(format!("{scheme}://{host}"))
}

#[cfg(not(feature = "ssr"))]
fn page_origin() -> Option<String> {
    None
}

/// The root of a step's page: the store and the routes. A link to another step needs no new document.
#[component]
pub fn App() -> impl IntoView {
    provide_contexts();
    view! {
        <Router base=router_base()>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view=PageOfAnotherProgram />
                <Route path=path!("/courses/:course") view=PageOfAnotherProgram />
                <Route path=path!("/courses/:course/:step") view=StepPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

/// The place of a page of [`OverviewApp`] among the routes, where the server looks for them. The router comes
/// here in a browser that is offline, and by the way back in a tab that has another version's history.
#[component]
fn PageOfAnotherProgram() -> impl IntoView {
    if browser::is_offline() {
        let retry = Callback::new(|()| {
            if !browser::is_offline() {
                browser::reload();
            }
        });
        return view! { <Trouble error=RunError::Offline retry /> }.into_erased();
    }
    Effect::new(|_| browser::reload());
    view! { <LoadingPage /> }.into_erased()
}

/// The server has removed it from the path that it routes.
fn router_base() -> String {
    #[cfg(feature = "ssr")]
    return String::new();
    #[cfg(not(feature = "ssr"))]
    return BasePath::of_page().as_str().to_owned();
}

fn provide_contexts() {
    provide_meta_context();
    let store = Store::new();
    provide_context(store);
    provide_context(NavigationCount::new());
    provide_context(PendingNavigation::new());
    Effect::new(move |_| store.load());
}
