//! Turns, slots and shares, without a clock or a container.

mod simulation;

use self::simulation::{Habit, Simulation, WAIT_MAX};
use super::*;

const QUICK: Duration = Duration::from_millis(50);
const TIMED_OUT: Duration = Duration::from_millis(10_700);

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

/// Who is admitted, in order, until nobody may run.
fn admitted(admission: &mut Admission<&'static str>) -> Vec<&'static str> {
    std::iter::from_fn(|| Some(admission.admit()?.waiter)).collect()
}

#[test]
fn first_come_is_first_served_up_to_the_limit() {
    let mut admission = admission(2, &["a", "b", "c"]);
    assert_eq!(admitted(&mut admission), ["a", "b"]);
    admission.finish(&client("a"), QUICK);
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
    admission.finish(&client("a"), QUICK);
    assert_eq!(admitted(&mut admission), ["a again"]);
}

#[test]
fn a_newer_run_takes_the_waiting_ones_position() {
    let mut admission = admission(1, &["a", "b", "c"]);
    let entry = admission.enter(client("b"), "b again");
    assert!(matches!(entry, Entry::WaitingInsteadOf(_, "b")));
    let mut order = Vec::new();
    while let Some(next) = admission.admit() {
        order.push(next.waiter);
        admission.finish(&next.client, QUICK);
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
    let waiting: Vec<&str> = admission.waiting().map(|waiter| *waiter).collect();
    assert_eq!(waiting, ["a", "c"]);
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
        admission.finish(&next.client, QUICK);
    }
    assert_eq!(order[..5], ["greedy", "b", "c", "d", "greedy"]);
}

/// A client at the one address of a school, a firm, or a script with many names.
fn neighbour(name: &str) -> ClientId {
    client(name).at([192, 0, 2, 1].into())
}

/// Who would run, one after the other, if each run ended at once.
fn order(admission: &mut Admission<&'static str>) -> Vec<&'static str> {
    let mut order = Vec::new();
    while let Some(next) = admission.admit() {
        order.push(next.waiter);
        admission.finish(&next.client, QUICK);
    }
    order
}

#[test]
fn many_names_at_one_address_take_turns_as_one() {
    let mut admission = Admission::new(1, 10);
    for name in ["n1", "n2", "n3", "n4"] {
        admission.enter(neighbour(name), name);
    }
    admission.enter(client("a"), "a");
    admission.enter(client("b"), "b");
    let first = admission.admit().unwrap();
    assert_eq!(first.waiter, "n1");
    admission.enter(client("late"), "late");
    admission.finish(&first.client, QUICK);
    let order = order(&mut admission);
    assert_eq!(order, ["a", "b", "late", "n2", "n3", "n4"]);
}

#[test]
fn newcomers_without_end_keep_nobody_out() {
    let mut admission = Admission::new(1, 10);
    for name in ["n1", "n2", "n3"] {
        admission.enter(neighbour(name), name);
    }
    let mut order = Vec::new();
    for number in 0..12 {
        admission.enter(client(&format!("newcomer {number}")), "new");
        let next = admission.admit().unwrap();
        order.push(next.waiter);
        admission.finish(&next.client, QUICK);
    }
    for (turns, name) in order.chunks(4).zip(["n1", "n2", "n3"]) {
        assert_eq!(turns, [name, "new", "new", "new"]);
    }
}

#[test]
fn whoever_has_few_in_a_full_queue_takes_a_position_of_whoever_has_the_most() {
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

/// Ends a client's run, and returns who runs instead.
fn then(
    admission: &mut Admission<&'static str>,
    over: &ClientId,
    used: Duration,
) -> Vec<&'static str> {
    admission.finish(over, used);
    admitted(admission)
}

#[test]
fn one_address_has_all_slots_but_one_while_others_wait() {
    let mut admission = Admission::new(3, 10);
    for name in ["n1", "n2", "n3", "n4", "n5"] {
        admission.enter(neighbour(name), name);
    }
    let all = admitted(&mut admission);
    assert_eq!(all, ["n1", "n2", "n3"], "nobody else waits");
    admission.enter(client("a"), "a");
    admission.enter(client("b"), "b");
    assert_eq!(then(&mut admission, &neighbour("n1"), QUICK), ["a"]);
    assert_eq!(
        then(&mut admission, &client("a"), Duration::from_secs(9)),
        ["b"],
        "however much b's turn is worth, n4 would be a third"
    );
    assert_eq!(
        then(&mut admission, &client("b"), QUICK),
        ["n4"],
        "alone again"
    );
}

#[test]
fn one_slot_is_enough_for_one_address() {
    let mut admission = Admission::new(1, 10);
    admission.enter(neighbour("n1"), "n1");
    admission.enter(client("a"), "a");
    assert_eq!(admitted(&mut admission), ["n1"]);
    assert_eq!(then(&mut admission, &neighbour("n1"), TIMED_OUT), ["a"]);
    admission.enter(neighbour("n1"), "n1 again");
    assert_eq!(then(&mut admission, &client("a"), TIMED_OUT), ["n1 again"]);
}

#[test]
fn whose_runs_took_long_comes_after_all_that_used_less() {
    let mut admission = Admission::new(1, 10);
    admission.enter(client("slow"), "slow");
    assert_eq!(admitted(&mut admission), ["slow"]);
    admission.enter(client("slow"), "slow again");
    for name in ["n1", "n2", "n3"] {
        admission.enter(neighbour(name), name);
    }
    admission.finish(&client("slow"), TIMED_OUT);
    admission.enter(client("late"), "late");
    assert_eq!(
        order(&mut admission),
        ["n1", "n2", "n3", "late", "slow again"]
    );
}

#[test]
fn the_slow_together_leave_one_slot_free() {
    let mut admission = Admission::new(3, 10);
    let slow = ["s1", "s2", "s3"];
    for name in slow {
        admission.enter(client(name), name);
    }
    assert_eq!(admitted(&mut admission), slow, "nobody knows them yet");
    for name in slow {
        admission.enter(client(name), name);
        admission.finish(&client(name), TIMED_OUT);
    }
    assert_eq!(admitted(&mut admission), ["s1", "s2"]);
    admission.enter(client("a"), "a");
    assert_eq!(admitted(&mut admission), ["a"]);
    assert_eq!(then(&mut admission, &client("a"), QUICK), [""; 0]);
    assert_eq!(then(&mut admission, &client("s1"), QUICK), ["s3"]);
}

/// Which of two names at one address begin at once; then the runs of both time out, and nobody else
/// wants anything.
fn two_that_time_out(admission: &mut Admission<&'static str>) -> Vec<&'static str> {
    for name in ["n1", "n2"] {
        admission.enter(neighbour(name), name);
    }
    let began = admitted(admission);
    for name in ["n1", "n2"] {
        admission.finish(&neighbour(name), TIMED_OUT);
        admitted(admission);
    }
    admission.finish(&neighbour("n2"), TIMED_OUT);
    assert_eq!((admission.running(), admission.queued()), (0, 0));
    began
}

#[test]
fn no_place_is_kept_where_all_have_one_address() {
    let mut admission = Admission::new(2, 10);
    for _ in 0..3 {
        assert_eq!(two_that_time_out(&mut admission), ["n1", "n2"]);
    }
}

#[test]
fn a_share_that_pauses_is_slow_still() {
    let mut admission = Admission::new(2, 10);
    admission.enter(client("a"), "a");
    assert_eq!(order(&mut admission), ["a"]);
    assert_eq!(two_that_time_out(&mut admission), ["n1", "n2"]);
    assert_eq!(two_that_time_out(&mut admission), ["n1"]);
}

#[test]
fn who_was_away_has_saved_nothing_up() {
    let mut admission = Admission::new(1, 10);
    admission.enter(client("early"), "early");
    assert_eq!(order(&mut admission), ["early"]);
    for _ in 0..100 {
        admission.enter(client("busy"), "busy");
        assert_eq!(order(&mut admission), ["busy"]);
    }
    for name in ["n1", "n2", "n3"] {
        admission.enter(neighbour(name), name);
    }
    admission.enter(client("early"), "early");
    admission.enter(client("busy"), "busy");
    let order = order(&mut admission);
    assert_eq!(order, ["n1", "early", "busy", "n2", "n3"]);
}

#[test]
fn shares_that_want_nothing_are_forgotten() {
    let mut admission = Admission::new(3, 10);
    let mut kept = 0;
    for number in 0..5_000 {
        let used = [QUICK, TIMED_OUT][number % 7 / 6];
        let name = client(&number.to_string());
        admission.enter(name.clone(), "");
        admission.enter(client("always"), "");
        while admission.admit().is_some() {}
        admission.finish(&name, used);
        admission.finish(&client("always"), QUICK);
        kept = kept.max(admission.accounts.len());
    }
    assert!(kept <= SLOW_REMEMBERED_MAX + 10, "{kept}");
}

#[test]
fn in_a_full_queue_the_time_used_counts_too() {
    let mut admission = Admission::new(1, 2);
    for name in ["slow", "a", "b"] {
        admission.enter(client(name), name);
        if name == "slow" {
            assert_eq!(admitted(&mut admission), ["slow"]);
        }
    }
    let entry = admission.enter(client("c"), "c");
    assert_eq!(entry, Entry::Full, "nobody has used anything yet");
    assert_eq!(then(&mut admission, &client("slow"), TIMED_OUT), ["a"]);
    let entry = admission.enter(client("slow"), "slow again");
    assert!(matches!(entry, Entry::Waiting(_)), "{entry:?}");
    let entry = admission.enter(client("c"), "c");
    assert!(matches!(entry, Entry::WaitingAtTheCostOf(_, "slow again")));
    assert_eq!(admission.enter(client("slow"), "slow"), Entry::Full);
    assert_eq!(then(&mut admission, &client("a"), QUICK), ["b"]);
    assert_eq!(then(&mut admission, &client("b"), QUICK), ["c"]);
}

/// One of an attacker's many names, at one of its addresses.
fn hostile(address: u8, name: u8) -> ClientId {
    client(&format!("hostile {name}")).at([198, 51, 100, address].into())
}

#[test]
fn eighteen_names_at_six_addresses_keep_nobody_else_out() {
    for queue_max in [32, 16] {
        let mut simulation = Simulation::new(3, queue_max);
        for name in 0..18 {
            simulation.add(
                hostile(name % 6, name),
                Habit::NeverPauses { takes: TIMED_OUT },
            );
        }
        for number in 0..10 {
            let name = format!("other {number}");
            simulation.add(client(&name), Habit::Pauses { takes: QUICK });
        }
        let seen = simulation.run(Duration::from_secs(600));
        assert_eq!(seen.refused, 0, "{queue_max}: {seen:?}");
        assert!(seen.ran > 1_500, "{queue_max}: {seen:?}");
        // Three that nobody knows yet have all slots for the time of a run.
        assert!(seen.longest_wait < WAIT_MAX, "{queue_max}: {seen:?}");
        let later = seen.longest_wait_later;
        assert!(later < Duration::from_secs(1), "{queue_max}: {seen:?}");
        // They have the two other slots all the time.
        let theirs = seen.others_ran_for;
        assert!(theirs > Duration::from_secs(1_190), "{queue_max}: {seen:?}");
    }
}
