//! Nothing is lost where storage is full, forbidden, shared or unreadable.

use browser_model::{StepProgress, StepRecord, step_key};
use leptos::prelude::*;
use protocol::{CourseId, Program, StepId};

use super::Store;
use crate::browser::{StorageFault, storage};

fn ids() -> (CourseId, StepId) {
    let course = CourseId::parse("redis").unwrap();
    (course, StepId::parse("ping").unwrap())
}

fn key() -> String {
    let (course, step) = ids();
    step_key(&course, &step)
}

/// A page that has read its storage. Its signals live as long as the test.
fn page() -> Store {
    let store = Store::new();
    store.load();
    store
}

fn kept(store: Store) -> StepProgress {
    let (course, step) = ids();
    store.step_untracked(&course, &step)
}

fn type_draft(store: Store, draft: &str) {
    let (course, step) = ids();
    store.change_step(&course, &step, |kept| {
        kept.draft = Some(Program::of_one_file(draft))
    });
}

fn stored_draft() -> Option<String> {
    let text = storage::read(&key()).unwrap()?;
    let record: StepRecord = serde_json::from_str(&text).unwrap();
    record.step.draft_text().map(str::to_owned)
}

fn fault(store: Store) -> Option<StorageFault> {
    untrack(|| store.fault())
}

fn in_a_page(test: impl FnOnce()) {
    Owner::new().with(test);
}

#[test]
fn a_draft_is_there_when_the_page_is_opened_again() {
    in_a_page(|| {
        type_draft(page(), "x = 1");
        assert_eq!(kept(page()).draft_text(), Some("x = 1"));
        assert_eq!(fault(page()), None);
    });
}

#[test]
fn two_tabs_that_change_different_things_lose_neither() {
    in_a_page(|| {
        let (one, other) = (page(), page());
        let (course, step) = ids();
        type_draft(one, "x = 1");
        other.change_step(&course, &step, |kept| kept.hints_opened = 2);
        for store in [other, page()] {
            let kept = kept(store);
            assert_eq!((kept.draft_text(), kept.hints_opened), (Some("x = 1"), 2));
        }
        one.read_other_tab(Some(key()));
        assert_eq!(kept(one).hints_opened, 2);
    });
}

#[test]
fn what_storage_does_not_take_is_shown_and_is_kept_once_there_is_room() {
    in_a_page(|| {
        let store = page();
        type_draft(store, "short");
        storage::fill();
        type_draft(store, "longer than there is room for");
        assert_eq!(fault(store), Some(StorageFault::Full));
        assert_eq!(
            kept(store).draft_text(),
            Some("longer than there is room for")
        );
        assert_eq!(
            stored_draft().as_deref(),
            Some("short"),
            "the old one is not lost"
        );
        storage::make_room();
        store.change_settings(|_| {});
        assert_eq!(
            stored_draft().as_deref(),
            Some("longer than there is room for")
        );
        assert_eq!(fault(store), None);
    });
}

#[test]
fn a_browser_that_stores_nothing_keeps_the_draft_as_long_as_the_page() {
    in_a_page(|| {
        storage::forbid(true);
        let store = page();
        type_draft(store, "x = 1");
        assert_eq!(fault(store), Some(StorageFault::Forbidden));
        assert_eq!(kept(store).draft_text(), Some("x = 1"));
        storage::forbid(false);
        type_draft(store, "x = 2");
        assert_eq!(fault(store), None);
        assert_eq!(stored_draft().as_deref(), Some("x = 2"));
    });
}

#[test]
fn a_record_that_cannot_be_read_is_quarantined_and_said_so() {
    in_a_page(|| {
        for rubbish in [
            "nonsense",
            r#"{"version":99,"draft":{"of":"another form"}}"#,
        ] {
            storage::write(&key(), rubbish).unwrap();
            let store = page();
            let told = store.quarantined().get_untracked();
            assert_eq!(told.len(), 1, "{rubbish}");
            type_draft(store, "x = 1");
            let text = store.records().quarantined_text(&told[0].key);
            assert_eq!(text.as_deref(), Some(rubbish));
            assert_eq!(stored_draft().as_deref(), Some("x = 1"));
        }
        assert_eq!(page().records().quarantined_keys().len(), 2);
    });
}

#[test]
fn a_record_that_cannot_be_read_or_moved_is_never_written_over() {
    in_a_page(|| {
        // So large that a draft would fit in its place, and no copy of it fits beside it.
        let nonsense = "nonsense".repeat(1000);
        storage::write(&key(), &nonsense).unwrap();
        storage::fill();
        let store = page();
        type_draft(store, "x");
        assert_eq!(fault(store), Some(StorageFault::Full));
        assert_eq!(storage::read(&key()).unwrap().as_deref(), Some(&*nonsense));
        storage::make_room();
        type_draft(store, "x = 1");
        assert_eq!(stored_draft().as_deref(), Some("x = 1"));
        let quarantined = store.quarantined().get_untracked();
        let text = store.records().quarantined_text(&quarantined[0].key);
        assert_eq!(text.as_deref(), Some(&*nonsense));
        assert_eq!(fault(store), None);
    });
}

#[test]
fn a_quarantined_record_that_can_be_read_by_now_comes_back_where_nothing_stands() {
    in_a_page(|| {
        type_draft(page(), "x = 1");
        let readable = storage::read(&key()).unwrap().unwrap();
        let quarantined_key = browser_model::quarantine_key(&key(), &[]);
        storage::write(&quarantined_key, &readable).unwrap();
        type_draft(page(), "x = 2");
        assert_eq!(
            kept(page()).draft_text(),
            Some("x = 2"),
            "it replaces nothing"
        );
        storage::remove(&key());
        assert_eq!(kept(page()).draft_text(), Some("x = 1"));
        assert_eq!(storage::read(&quarantined_key).unwrap(), None);
    });
}

#[test]
fn what_another_tab_wrote_and_this_page_cannot_read_stays_as_it_is() {
    in_a_page(|| {
        let store = page();
        type_draft(store, "x = 1");
        let newer = r#"{"version":99,"draft":"y"}"#;
        storage::write(&key(), newer).unwrap();
        store.read_other_tab(Some(key()));
        assert_eq!(kept(store).draft_text(), Some("x = 1"));
        assert_eq!(storage::read(&key()).unwrap().as_deref(), Some(newer));
    });
}

/// The page was renewed while a tab of the old one is open: that tab quarantines what it can't read.
#[test]
fn what_an_older_page_writes_over_a_draft_leaves_the_draft_in_history() {
    in_a_page(|| {
        let store = page();
        let (course, step) = ids();
        type_draft(store, "typed here");
        store.change_step(&course, &step, |kept| {
            kept.last_passing = Some(Program::of_one_file("passed here"));
        });
        let old = r#"{"version":1,"draft":"typed there","last_green":null}"#;
        storage::write(&key(), old).unwrap();
        store.read_other_tab(Some(key()));
        for store in [store, page()] {
            let kept = kept(store);
            assert_eq!(kept.draft_text(), Some("typed there"));
            assert_eq!(kept.replaced().next(), Some("typed here"));
            assert_eq!(kept.last_passing_text(), Some("passed here"));
        }
        let record: StepRecord =
            serde_json::from_str(&storage::read(&key()).unwrap().unwrap()).unwrap();
        assert_eq!(record.version, 2);
    });
}

#[test]
fn a_storage_that_another_tab_cleared_is_empty_here_too() {
    in_a_page(|| {
        let store = page();
        type_draft(store, "x = 1");
        for key in storage::keys().unwrap() {
            storage::remove(&key);
        }
        store.read_other_tab(None);
        assert_eq!(kept(store), StepProgress::default());
    });
}
