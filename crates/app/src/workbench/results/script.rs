//! A script that is answered otherwise than by Redis, as a session of redis-cli.

use leptos::prelude::*;
use protocol::Difference;

use crate::copy::CopyButton;
use crate::erased_view::IntoErasedView;

/// The script, and below it both answers.
#[component]
pub(super) fn Script(difference: Difference) -> impl IntoView {
    let commands = difference.commands();
    let commands = Callback::new(move |()| commands.clone());
    view! {
        <div class="compare-head">
            <p class="label">"The shortest script found"</p>
            <span class="grow"></span>
            <CopyButton what="the commands" text=commands />
        </div>
        <pre translate="no" class="script" tabindex="0">
            <code translate="no">{difference.session()}</code>
        </pre>
    }
    .into_erased()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use protocol::Outcome;

    use super::*;

    #[test]
    fn the_session_stands_in_a_block_and_the_commands_can_be_copied() {
        let json = r#"{"kind": "differs", "client": 1,
            "script": [{"client": 1, "command": {"words": [
                {"bytes": "DECR", "cut_bytes": 0}, {"bytes": "k1", "cut_bytes": 0}], "cut_words": 0}}],
            "reply": {"expected": ":-1\\r\\n", "expected_is_prefix": false, "received": ":1\\r\\n",
                "cut_bytes": 0, "offset": 1, "request": null},
            "expected": {"reply": {"integer": -1}}, "received": {"reply": {"integer": 1}}}"#;
        let Ok(Outcome::Differs(difference)) = serde_json::from_str(json) else {
            panic!("it is one");
        };
        let html = Owner::new().with(|| view! { <Script difference /> }.to_html());
        let session = "&gt; DECR k1\nyour server: (integer) 1\nreal Redis:  (integer) -1";
        assert!(html.contains(session), "{html}");
        assert!(html.contains("Copy"), "{html}");
    }
}
