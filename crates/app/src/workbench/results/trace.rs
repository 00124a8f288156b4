//! The exchange of a test as a timeline, with a lane for each client.

use browser_model::{Extent, LaneState, TraceEvent, TraceRow, show_bytes, trace_rows};
use leptos::prelude::*;
use protocol::{Exchange, counted};

use super::sentence::Sentence;
use crate::byte_spans::ByteSpans;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::store::Store;
use crate::workbench::Workbench;

/// Further rows are shown on request.
const ROWS_MAX: usize = 40;

#[component]
pub(in crate::workbench) fn Trace(
    exchanges: Vec<Exchange>,
    /// How many of them have happened, where the test is watched; all, where it is over.
    #[prop(optional, into)]
    happened: Option<Signal<usize>>,
    /// Goes to the moment of one of them.
    #[prop(optional)]
    go: Option<Callback<usize>>,
) -> impl IntoView {
    let rows = trace_rows(&exchanges);
    let lanes = rows.first().map_or(1, |row| row.lanes.len());
    let is_real =
        |exchange: &Exchange| Exchange::real_client(&exchanges, exchange.client).is_some();
    let names_client = lanes > 1 || exchanges.iter().any(is_real);
    let total = rows.len();
    let is_whole = RwSignal::new(total <= ROWS_MAX);
    let legend = legend(&rows);
    let rows = StoredValue::new(rows);
    // Of a test that is watched, those around the present one.
    let first = Memo::new(move |_| match happened {
        Some(happened) if !is_whole.get() => {
            let before = happened.get().saturating_sub(ROWS_MAX / 2);
            before.min(total.saturating_sub(ROWS_MAX))
        }
        _ => 0,
    });
    let shown = move || {
        let max = if is_whole.get() { total } else { ROWS_MAX };
        rows.with_value(|rows| {
            rows.iter()
                .cloned()
                .enumerate()
                .skip(first.get())
                .take(max)
                .map(|(at, row)| {
                    let has_happened =
                        Signal::derive(move || happened.is_none_or(|happened| at < happened.get()));
                    let go = go.map(|go| Callback::new(move |()| go.run(at)));
                    view! { <Row row names_client has_happened go /> }
                })
                .collect_view()
        })
    };
    view! {
        <p class="label">"Exchange" <span class="unit">"milliseconds"</span></p>
        // The rows say the same in words.
        <p class="trace-legend" aria-hidden="true">
            {legend}
        </p>
        <ol class="trace" role="list" style=format!("--lanes: {lanes}")>
            {shown}
        </ol>
        <Show when=move || !is_whole.get()>
            <button type="button" class="link" on:click=move |_| is_whole.set(true)>
                {format!("Show the other {}", counted(total - ROWS_MAX, "event", "events"))}
            </button>
        </Show>
    }
    .into_erased()
}

fn icon_of(event: TraceEvent) -> IconName {
    match event {
        TraceEvent::Opened => IconName::Ring,
        TraceEvent::Sent => IconName::Right,
        TraceEvent::Received => IconName::Left,
        TraceEvent::Silence => IconName::Clock,
        TraceEvent::Closed => IconName::Cross,
        TraceEvent::Started => IconName::Again,
        TraceEvent::Stopped => IconName::Cross,
        TraceEvent::Stored => IconName::Dot,
        TraceEvent::LeftOut => IconName::Dots,
    }
}

fn class_of(event: TraceEvent) -> &'static str {
    match event {
        TraceEvent::Sent => "is-sent",
        TraceEvent::Received => "is-received",
        TraceEvent::Silence => "is-silence",
        _ => "is-event",
    }
}

/// The icons that the rows have, each with its meaning, in the order in which they come.
fn legend(rows: &[TraceRow]) -> impl IntoView + use<> {
    let mut events: Vec<TraceEvent> = Vec::new();
    for row in rows {
        if !events.contains(&row.event) {
            events.push(row.event);
        }
    }
    events
        .into_iter()
        .map(|event| {
            view! {
                <span class=class_of(event)>
                    <Icon icon=icon_of(event) />
                    {event.word()}
                </span>
            }
        })
        .collect_view()
}

#[component]
fn Row(
    row: TraceRow,
    names_client: bool,
    has_happened: Signal<bool>,
    go: Option<Callback<()>>,
) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let store = expect_context::<Store>();
    let icon = icon_of(row.event);
    let class = format!("row {}", class_of(row.event));
    let here = row.lane;
    let lanes = row
        .lanes
        .iter()
        .enumerate()
        .map(|(lane, state)| {
            let class = match state {
                LaneState::Closed => "lane",
                LaneState::Begins => "lane begins",
                LaneState::Open => "lane is-open",
                LaneState::Ends => "lane ends",
            };
            let is_here = here.is_none_or(|here| here == lane);
            let drawn = is_here.then(|| view! { <Icon icon /> });
            view! { <span class=class>{drawn}</span> }
        })
        .collect_view();
    // A sentence names its client itself.
    let has_bytes = row.bytes.is_some();
    let client = row
        .client
        .filter(|_| names_client && has_bytes)
        .map(|client| {
            view! { <span class="client">{client} " "</span> }
        });
    let headline = (!row.headline.is_empty()).then(|| {
        view! {
            <span class="headline">
                <Sentence text=row.headline.clone() />
                " "
            </span>
        }
    });
    let link = move |line: u32| {
        view! {
            <button type="button" class="link" on:click=move |_| bench.go_to_line(line)>
                {format!("line {line}")}
            </button>
        }
    };
    let line = row.line.map(|line| view! { "sent in " {link(line)} });
    let callers = row
        .callers
        .iter()
        .enumerate()
        .map(|(index, caller)| {
            let called = if index == 0 { ", called in " } else { ", in " };
            view! { {called} {link(caller.line)} {caller.within()} }
        })
        .collect_view();
    let bytes = row.bytes.map(|(bytes, cut_bytes)| {
        let spans = move || {
            let view = store.settings().with(|settings| settings.byte_view);
            let shown = show_bytes(bytes.as_bytes(), view, None, Extent::Around);
            view! { <ByteSpans shown class="" /> }
        };
        let cut = (cut_bytes > 0).then(|| {
            let count = usize::try_from(cut_bytes).unwrap_or(usize::MAX);
            view! { <span class="left-out">{format!("…{}…", counted(count, "byte", "bytes"))}</span> }
        });
        view! { <span class="raw" translate="no">{spans} {cut}</span> }
    });
    let at = match go {
        Some(go) => view! {
            <button type="button" class="link" title="Go to this moment" on:click=move |_| go.run(())>
                {row.at}
            </button>
        }
        .into_erased(),
        None => row.at.into_erased(),
    };
    view! {
        <li class=class class:is-to-come=move || !has_happened.get()>
            <span class="at">{at} " "</span>
            <span class="lanes" aria-hidden="true">
                {lanes}
            </span>
            <span class="what">
                <span class="unseen">{format!("{}: ", row.event.word())}</span>
                {client} {headline} {line} {callers} {bytes}
            </span>
        </li>
    }
    .into_erased()
}
