//! The dividers between the panels, dragged or moved with the arrow keys.

use browser_model::{Divider, Panels};
use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::Element;

use super::layout::Panel;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::store::Store;

/// The id of the element that holds the panels.
pub(super) const DESK_ID: &str = "desk";

const SMALL_STEP: i32 = 20;
const LARGE_STEP: i32 = 100;

/// A divider that changes the width of the panel it is named after.
#[component]
pub(super) fn PanelDivider(divider: Divider) -> impl IntoView {
    let store = expect_context::<Store>();
    let is_dragged = RwSignal::new(false);
    let panels = move || store.settings().with(|settings| settings.panels);
    let panels_now = move || store.settings().with_untracked(|settings| settings.panels);
    let width = move || panels().width(divider);
    let (label, panel) = match divider {
        Divider::Guide => ("Width of the guide", Panel::Guide),
        Divider::Results => ("Width of the results", Panel::Results),
    };

    let keep = move |panels: Panels| store.change_settings(|settings| settings.panels = panels);
    let press = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        event.prevent_default();
        let element = event_target::<Element>(&event);
        // Without the capture the drag ends where the pointer leaves the divider.
        let _ = element.set_pointer_capture(event.pointer_id());
        is_dragged.set(true);
    };
    let drag = move |event: ev::PointerEvent| {
        let total = browser::element_width(DESK_ID);
        if is_dragged.get_untracked() && total > 0.0 {
            let x = f64::from(event.client_x()) / total * 1000.0;
            let width = match divider {
                Divider::Guide => x,
                Divider::Results => 1000.0 - x,
            };
            store.show_panels(panels_now().moved(divider, width.round() as i32));
        }
    };
    let release = move |_: ev::PointerEvent| {
        if is_dragged.get_untracked() {
            is_dragged.set(false);
            keep(panels_now());
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let step = if event.shift_key() {
            LARGE_STEP
        } else {
            SMALL_STEP
        };
        // The arrow moves the divider; the results are on its right.
        let right = match divider {
            Divider::Guide => step,
            Divider::Results => -step,
        };
        let (panels, width) = (panels_now(), i32::from(panels_now().width(divider)));
        let moved = match event.key().as_str() {
            "ArrowRight" => panels.moved(divider, width + right),
            "ArrowLeft" => panels.moved(divider, width - right),
            "Home" => panels.moved(divider, 0),
            "End" => panels.moved(divider, 1000),
            "Enter" => panels.reset(divider),
            _ => return,
        };
        event.prevent_default();
        keep(moved);
    };

    view! {
        <div
            class="divider"
            class:is-dragged=move || is_dragged.get()
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=label
            aria-controls=panel.id()
            aria-valuenow=move || (width() / 10).to_string()
            aria-valuemin=(Panels::MIN / 10).to_string()
            aria-valuemax=move || (panels().max(divider) / 10).to_string()
            aria-valuetext=move || format!("{} %", width() / 10)
            title="Drag, or use the arrow keys; Enter or a double click resets"
            on:pointerdown=press
            on:pointermove=drag
            on:pointerup=release
            on:pointercancel=release
            on:dblclick=move |_| keep(panels_now().reset(divider))
            on:keydown=key
        ></div>
    }
    .into_erased()
}
