//! A test that fails and what mends it: what a learner gets, before anything is explained.

use browser_model::{ByteView, Extent, show_bytes};
use leptos::prelude::*;

use crate::byte_spans::ByteSpans;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

/// The reply to `ECHO café`.
const RIGHT_REPLY: &[u8] = b"$5\r\ncaf\xc3\xa9\r\n";
/// With the length of the text in place of that of its bytes.
const WRONG_REPLY: &[u8] = b"$4\r\ncaf\xc3\xa9\r\n";
const FIRST_DIFFERENCE: usize = 1;

/// A failed run and the next one, of which one is shown. To choose takes no script.
#[component]
pub(super) fn Demonstration() -> impl IntoView {
    view! {
        <figure class="demonstration">
            <figcaption>"A test of the Redis course"</figcaption>
            <fieldset class="choice">
                <legend class="unseen">"Which run to show"</legend>
                <label>
                    <input
                        type="radio"
                        class="unseen"
                        name="demonstration"
                        value="before"
                        checked=true
                    />
                    "The first try"
                </label>
                <label>
                    <input type="radio" class="unseen" name="demonstration" value="after" />
                    "Two lines later"
                </label>
            </fieldset>
            <div class="demonstration-runs">
                <div class="demonstration-run is-before">
                    <Program>
                        <CodeLine number=17>{keyword("def")} " bulk(value):"</CodeLine>
                        <CodeLine number=18>"    text = value.decode()"</CodeLine>
                        <CodeLine number=19 is_marked=true>
                            "    " {keyword("return")} " "
                            {string("f\"${len(text)}\\r\\n{text}\\r\\n\"")} ".encode()"
                        </CodeLine>
                    </Program>
                    <Verdict
                        class="verdict is-failed"
                        icon=IconName::Cross
                        headline="1 of 16 tests failed"
                    >
                        "The length in a bulk string counts bytes, and " <code translate="no">"é"</code>
                        " is one character but two bytes."
                    </Verdict>
                    <Replies received=WRONG_REPLY mark=Some(FIRST_DIFFERENCE) />
                </div>
                <div class="demonstration-run is-after">
                    <Program>
                        <CodeLine number=17>{keyword("def")} " bulk(value):"</CodeLine>
                        <CodeLine number=18>"    length = len(value)"</CodeLine>
                        <CodeLine number=19>
                            "    " {keyword("return")} " " {string("b\"$%d\\r\\n%b\\r\\n\"")}
                            " % (length, value)"
                        </CodeLine>
                    </Program>
                    <Verdict
                        class="verdict is-passed"
                        icon=IconName::Check
                        headline="All 16 tests passed"
                    >
                        "The reply is right, byte for byte."
                    </Verdict>
                    <Replies received=RIGHT_REPLY mark=None />
                </div>
            </div>
        </figure>
    }
    .into_erased()
}

/// A part of the program; where it is wider than the page, it scrolls by keys too.
#[component]
fn Program(children: Children) -> impl IntoView {
    view! {
        <pre tabindex="0" role="group" aria-label="A part of the program" translate="no">
            <code>{children()}</code>
        </pre>
    }
    .into_erased()
}

#[component]
fn CodeLine(number: u8, #[prop(optional)] is_marked: bool, children: Children) -> impl IntoView {
    view! {
        <span class="demonstration-line" class:is-marked=is_marked>
            <span class="demonstration-number" aria-hidden="true">
                {number}
            </span>
            {is_marked.then(|| view! { <span class="unseen">"The line to look at: "</span> })}
            <span>{children()}</span>
        </span>
    }
    .into_erased()
}

fn keyword(text: &'static str) -> impl IntoView {
    view! { <span class="syn-key">{text}</span> }
}

fn string(text: &'static str) -> impl IntoView {
    view! { <span class="syn-str">{text}</span> }
}

#[component]
fn Verdict(
    class: &'static str,
    icon: IconName,
    headline: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=class>
            <p class="headline">
                <Icon icon />
                {headline}
            </p>
            <p class="lead-sentence">{children()}</p>
        </div>
    }
    .into_erased()
}

/// As a test's result has them.
#[component]
fn Replies(received: &'static [u8], mark: Option<usize>) -> impl IntoView {
    let spans = |bytes| show_bytes(bytes, ByteView::Escaped, mark, Extent::Around);
    view! {
        <div class="compare">
            <dl>
                <div>
                    <dt>"expected"</dt>
                    <dd translate="no">
                        <ByteSpans shown=spans(RIGHT_REPLY) class="good" />
                    </dd>
                </div>
                <div>
                    <dt>"received"</dt>
                    <dd translate="no">
                        <ByteSpans shown=spans(received) class="bad" />
                    </dd>
                </div>
            </dl>
        </div>
    }
    .into_erased()
}
