//! Moving through a recording: step by step, from event to event, or by itself.

use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::Element;

use super::Watch;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

pub(super) const SCRUBBER_ID: &str = "watch-scrubber";

/// Slow enough to follow with the eyes.
const PLAY_MS: u32 = 350;

impl Watch {
    pub(super) fn go_to(self, at: usize) {
        let Some(watched) = self.watched() else {
            return;
        };
        self.at.set(at.min(watched.last()));
    }

    /// Goes back to the step from which a value or an exchange has led elsewhere.
    fn go_back(self) {
        let from = self.came_from.get_untracked();
        self.came_from.set(None);
        if let Some(from) = from {
            self.pause();
            self.go_to(from);
            browser::focus(SCRUBBER_ID);
        }
    }

    fn step_on(self) {
        self.go_to(self.at.get_untracked().saturating_add(1));
    }

    fn step_back(self) {
        self.go_to(self.at.get_untracked().saturating_sub(1));
    }

    /// Goes to the next event, or to the end.
    fn jump_on(self) {
        let here = self.at.get_untracked();
        let Some(watched) = self.watched() else {
            return;
        };
        let next = watched.jumps.iter().find(|jump| **jump > here);
        self.go_to(next.copied().unwrap_or(usize::MAX));
    }

    /// Goes to the event before, or to the beginning.
    fn jump_back(self) {
        let here = self.at.get_untracked();
        let Some(watched) = self.watched() else {
            return;
        };
        let before = watched.jumps.iter().rev().find(|jump| **jump < here);
        self.go_to(before.copied().unwrap_or(0));
    }

    pub(super) fn pause(self) {
        self.tick.take();
        self.is_playing.set(false);
    }

    /// Plays from here; at the end, from the beginning.
    fn play_or_pause(self) {
        if self.is_playing.get_untracked() {
            self.pause();
            return;
        }
        let last = self.watched().map_or(0, |watched| watched.last());
        if self.at.get_untracked() >= last {
            self.at.set(0);
        }
        self.is_playing.set(true);
        self.play_on();
    }

    fn play_on(self) {
        let timer = browser::after(PLAY_MS, move || {
            // None once the workbench is gone.
            if self.is_playing.try_get_untracked() != Some(true) {
                return;
            }
            let last = self.watched().map_or(0, |watched| watched.last());
            self.step_on();
            if self.at.get_untracked() >= last {
                self.pause();
            } else {
                self.play_on();
            }
        });
        self.tick.set(Some(timer));
    }

    /// The keys of the player, wherever the focus is in its panel. Those that scroll a panel do so, unless
    /// the scrubber has the focus.
    pub(in crate::workbench) fn take_key(self, event: &ev::KeyboardEvent) {
        let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
        if has_modifier || self.watched().is_none() {
            return;
        }
        let target = event_target::<Element>(event);
        let is_scrubber = target.id() == SCRUBBER_ID;
        let is_button = matches!(target.tag_name().as_str(), "BUTTON" | "SUMMARY");
        let act: fn(Self) = match event.key().as_str() {
            "ArrowRight" if event.shift_key() => Self::jump_on,
            "ArrowLeft" if event.shift_key() => Self::jump_back,
            "PageDown" if is_scrubber => Self::jump_on,
            "PageUp" if is_scrubber => Self::jump_back,
            "ArrowRight" => Self::step_on,
            "ArrowLeft" => Self::step_back,
            "Home" if is_scrubber => |watch| watch.go_to(0),
            "End" if is_scrubber => |watch| watch.go_to(usize::MAX),
            " " if !is_button => Self::play_or_pause,
            _ => return,
        };
        event.prevent_default();
        if event.key() != " " {
            self.pause();
        }
        act(self);
    }

    /// Goes to a step from a part of the page that may not be there any more at that step.
    pub(super) fn go_to_from_elsewhere(self, at: usize) {
        self.pause();
        let here = self.at.get_untracked();
        self.came_from.update(|from| {
            // Of several in a row, where the first began.
            from.get_or_insert(here);
        });
        self.go_to(at);
        browser::focus(SCRUBBER_ID);
    }
}

/// The buttons, and the scrubber below them.
#[component]
pub(super) fn Controls(
    watch: Watch,
    /// How many steps there are, at least one.
    count: usize,
    /// What the moment is, for those who don't see the page.
    value_text: Signal<String>,
) -> impl IntoView {
    let at = watch.at;
    let last = count.saturating_sub(1);
    let is_at_start = Signal::derive(move || at.get() == 0);
    let is_at_end = Signal::derive(move || at.get() >= last);
    let scrub = move |event: ev::Event| {
        if let Ok(to) = event_target_value(&event).parse() {
            watch.pause();
            watch.go_to(to);
        }
    };
    let moves = move |act: fn(Watch)| {
        Callback::new(move |()| {
            watch.pause();
            act(watch);
        })
    };
    let play = move || {
        let (label, icon) = if watch.is_playing.get() {
            ("Pause", IconName::Pause)
        } else {
            ("Play", IconName::Play)
        };
        let press = Callback::new(move |()| watch.play_or_pause());
        view! { <ToolButton label title="Play or pause (Space)" icon is_off=false press /> }
    };
    let back = move || {
        let from = watch.came_from.get()?;
        Some(view! {
            <button type="button" class="link" on:click=move |_| watch.go_back()>
                {format!("Back to step {}", from + 1)}
            </button>
        })
    };
    view! {
        <div class="watch-controls">
            <ToolButton
                label="Previous event"
                title="Previous request, reply, output or exception (Shift ←)"
                icon=IconName::JumpBack
                is_off=is_at_start
                press=moves(Watch::jump_back)
            />
            <ToolButton
                label="Step back"
                title="Step back (←)"
                icon=IconName::Left
                is_off=is_at_start
                press=moves(Watch::step_back)
            />
            {play}
            <ToolButton
                label="Step"
                title="Step (→)"
                icon=IconName::Right
                is_off=is_at_end
                press=moves(Watch::step_on)
            />
            <ToolButton
                label="Next event"
                title="Next request, reply, output or exception (Shift →)"
                icon=IconName::JumpOn
                is_off=is_at_end
                press=moves(Watch::jump_on)
            />
            <span class="grow"></span>
            {back}
            <small>{move || format!("step {} of {count}", at.get() + 1)}</small>
        </div>
        <input
            id=SCRUBBER_ID
            class="watch-scrubber"
            type="range"
            aria-label="Step"
            aria-valuetext=value_text
            min="0"
            max=last.to_string()
            step="1"
            prop:value=move || at.get().to_string()
            on:input=scrub
        />
    }
    .into_erased()
}

/// One of the player's buttons. Where there is nothing for it to do, it keeps the focus.
#[component]
fn ToolButton(
    label: &'static str,
    title: &'static str,
    icon: IconName,
    #[prop(into)] is_off: Signal<bool>,
    press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="tool"
            aria-label=label
            title=title
            aria-disabled=move || is_off.get().to_string()
            on:click=move |_| press.run(())
        >
            <Icon icon />
        </button>
    }
    .into_erased()
}
