//! Turns, places and shares, without a clock or a container.

use super::*;

fn client(name: &str) -> ClientId {
    ClientId::new(name)
}

/// Lets each of `names` in, with its name as the waiter.
fn admission(running_max: u32, names: &[&'static str]) -> Admission<&'static str> {
    let mut admission = Admission::new(running_max, 4);
    for name in names {
        let entry = admission.enter(client(name), *name);
        assert!(matches!(entry, Entry::Waiting(_)), "{name}: {entry:?}");
    }
    admission
}

/// Who runs, one after the other, as long as anyone may.
fn admitted(admission: &mut Admission<&'static str>) -> Vec<&'static str> {
    std::iter::from_fn(|| Some(admission.admit()?.waiter)).collect()
}

#[test]
fn first_come_is_first_served_up_to_the_limit() {
    let mut admission = admission(2, &["a", "b", "c"]);
    assert_eq!(admitted(&mut admission), ["a", "b"]);
    admission.finish(&client("a"));
    assert_eq!(admitted(&mut admission), ["c"]);
    assert_eq!((admission.running(), admission.queued()), (2, 0));
}

#[test]
fn a_client_runs_one_at_a_time_and_holds_up_nobody() {
    let mut admission = admission(3, &["a"]);
    assert_eq!(admitted(&mut admission), ["a"]);
    admission.enter(client("a"), "a again");
    admission.enter(client("b"), "b");
    assert_eq!(admitted(&mut admission), ["b"]);
    admission.finish(&client("a"));
    assert_eq!(admitted(&mut admission), ["a again"]);
}

#[test]
fn a_newer_run_takes_the_waiting_ones_place() {
    let mut admission = admission(1, &["a", "b", "c"]);
    let entry = admission.enter(client("b"), "b again");
    assert!(matches!(entry, Entry::WaitingInsteadOf(_, "b")));
    let mut order = Vec::new();
    while let Some(next) = admission.admit() {
        order.push(next.waiter);
        admission.finish(&next.client);
    }
    assert_eq!(order, ["a", "b again", "c"]);
}

#[test]
fn a_replaced_ticket_can_no_longer_leave() {
    let mut admission = admission(1, &[]);
    let Entry::Waiting(old) = admission.enter(client("a"), "old") else {
        panic!("not let in");
    };
    admission.enter(client("a"), "new");
    assert_eq!(admission.leave(old), None);
    assert_eq!(admitted(&mut admission), ["new"]);
}

#[test]
fn a_full_queue_refuses_strangers_and_not_a_newer_run_of_those_within() {
    let mut admission = admission(1, &["a", "b", "c", "d"]);
    assert_eq!(admission.enter(client("e"), "e"), Entry::Full);
    let entry = admission.enter(client("d"), "d again");
    assert!(matches!(entry, Entry::WaitingInsteadOf(_, "d")));
    assert_eq!(admission.queued(), 4);
}

#[test]
fn whoever_leaves_moves_the_others_up() {
    let mut admission = admission(1, &["a"]);
    let Entry::Waiting(middle) = admission.enter(client("b"), "b") else {
        panic!("not let in");
    };
    admission.enter(client("c"), "c");
    assert_eq!(admission.leave(middle), Some("b"));
    assert_eq!(admission.leave(middle), None);
    let places: Vec<&str> = admission.waiting().map(|waiter| *waiter).collect();
    assert_eq!(places, ["a", "c"]);
}

#[test]
fn one_greedy_client_gets_every_other_turn_at_most() {
    let mut admission: Admission<&'static str> = Admission::new(1, 10);
    admission.enter(client("greedy"), "greedy");
    for name in ["b", "c", "d"] {
        admission.enter(client(name), name);
    }
    let mut order = Vec::new();
    while let Some(next) = admission.admit() {
        order.push(next.waiter);
        if order.len() < 6 {
            admission.enter(client("greedy"), "greedy");
        }
        admission.finish(&next.client);
    }
    assert_eq!(order[..5], ["greedy", "b", "c", "d", "greedy"]);
}

/// A client from the one address of a school, a firm, or a script with many names.
fn neighbour(name: &str) -> ClientId {
    client(name).at([192, 0, 2, 1].into())
}

/// Who would run, one after the other, if each run ended at once.
fn order(admission: &mut Admission<&'static str>) -> Vec<&'static str> {
    let mut order = Vec::new();
    while let Some(next) = admission.admit() {
        order.push(next.waiter);
        admission.finish(&next.client);
    }
    order
}

#[test]
fn many_names_at_one_address_have_one_turn_in_each_round() {
    let mut admission = Admission::new(1, 10);
    for name in ["n1", "n2", "n3", "n4"] {
        admission.enter(neighbour(name), name);
    }
    admission.enter(client("a"), "a");
    admission.enter(client("b"), "b");
    let first = admission.admit().unwrap();
    assert_eq!(first.waiter, "n1");
    admission.enter(client("late"), "late");
    admission.finish(&first.client);
    let order = order(&mut admission);
    assert_eq!(order, ["a", "b", "n2", "late", "n3", "n4"]);
}

#[test]
fn newcomers_without_end_keep_nobody_out() {
    let mut admission = Admission::new(1, 10);
    for name in ["n1", "n2", "n3"] {
        admission.enter(neighbour(name), name);
    }
    let mut order = Vec::new();
    for number in 0..8 {
        admission.enter(client(&format!("newcomer {number}")), "new");
        let next = admission.admit().unwrap();
        order.push(next.waiter);
        admission.finish(&next.client);
    }
    assert_eq!(order, ["n1", "new", "n2", "new", "new", "n3", "new", "new"]);
}

#[test]
fn whoever_has_few_in_a_full_queue_takes_a_place_of_whoever_has_the_most() {
    let mut admission = Admission::new(1, 4);
    for name in ["n1", "n2", "n3", "n4"] {
        let entry = admission.enter(neighbour(name), name);
        assert!(matches!(entry, Entry::Waiting(_)), "alone: the whole queue");
    }
    assert_eq!(admission.enter(neighbour("n5"), "n5"), Entry::Full);
    let mut displaced = Vec::new();
    for name in ["a", "b", "c"] {
        match admission.enter(client(name), name) {
            Entry::WaitingAtTheCostOf(_, waiter) => displaced.push(waiter),
            entry => panic!("{name}: {entry:?}"),
        }
    }
    assert_eq!(displaced, ["n4", "n3", "n2"]);
    assert_eq!(
        admission.enter(client("d"), "d"),
        Entry::Full,
        "all have one"
    );
    assert_eq!(admission.enter(neighbour("n2"), "n2"), Entry::Full);
    assert_eq!(order(&mut admission), ["n1", "a", "b", "c"]);
}

#[test]
fn one_name_at_two_addresses_is_two_clients() {
    let mut admission = Admission::new(2, 4);
    admission.enter(client("a"), "a");
    let entry = admission.enter(neighbour("a"), "another a");
    assert!(matches!(entry, Entry::Waiting(_)), "{entry:?}");
    assert_eq!(admitted(&mut admission), ["a", "another a"]);
}
