//! A test before and after one changed line: what a learner gets, before anything is explained.

use browser_model::{ByteView, Extent, show_bytes};
use leptos::prelude::*;

use crate::byte_spans::ByteSpans;
use crate::icon::{Icon, IconName};

/// The reply to `ECHO café`.
const RIGHT_REPLY: &[u8] = b"$5\r\ncaf\xc3\xa9\r\n";
/// With the length of the text in place of that of its bytes.
const WRONG_REPLY: &[u8] = b"$4\r\ncaf\xc3\xa9\r\n";
const FIRST_DIFFERENCE: usize = 1;

/// A failed run, and the next one. Where nothing may move, one stands below the other.
#[component]
pub(super) fn Demonstration() -> impl IntoView {
    view! {
        <figure class="demonstration">
            <figcaption>"A test of step 4, before and after two changed lines"</figcaption>
            <div class="demonstration-runs">
                <div class="demonstration-run is-before">
                    <pre tabindex="0" role="group" aria-label="The program before" translate="no">
                        <code>
                            <CodeLine number=17>{keyword("def")} " bulk(value):"</CodeLine>
                            <CodeLine number=18>"    text = value.decode()"</CodeLine>
                            <CodeLine number=19 is_marked=true>
                                "    " {keyword("return")} " "
                                {string("f\"${len(text)}\\r\\n{text}\\r\\n\"")} ".encode()"
                            </CodeLine>
                        </code>
                    </pre>
                    <Verdict class="verdict is-failed" icon=IconName::Cross headline="1 of 16 tests failed">
                        "The length in a bulk string counts bytes, and " <code translate="no">"é"</code>
                        " is one character but two bytes."
                    </Verdict>
                    <Replies received=WRONG_REPLY mark=Some(FIRST_DIFFERENCE) />
                </div>
                <div class="demonstration-run is-after">
                    <pre tabindex="0" role="group" aria-label="The program after" translate="no">
                        <code>
                            <CodeLine number=17>{keyword("def")} " bulk(value):"</CodeLine>
                            <CodeLine number=18>"    length = len(value)"</CodeLine>
                            <CodeLine number=19>
                                "    " {keyword("return")} " "
                                {string("b\"$%d\\r\\n%b\\r\\n\"")} " % (length, value)"
                            </CodeLine>
                        </code>
                    </pre>
                    <Verdict class="verdict is-passed" icon=IconName::Check headline="All 16 tests passed">
                        "Steps 1 to 4 work: the reply is right, byte for byte."
                    </Verdict>
                    <Replies received=RIGHT_REPLY mark=None />
                </div>
            </div>
        </figure>
    }
    .into_any()
}

#[component]
fn CodeLine(number: u8, #[prop(optional)] is_marked: bool, children: Children) -> impl IntoView {
    view! {
        <span class="demonstration-line" class:is-marked=is_marked>
            <span class="demonstration-number" aria-hidden="true">{number}</span>
            <span>{children()} "\n"</span>
        </span>
    }
    .into_any()
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
    .into_any()
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
    .into_any()
}
