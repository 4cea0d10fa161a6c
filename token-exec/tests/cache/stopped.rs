//! A process that stops while it holds the lock.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::child::{Fetch, outcome, task, wait_for};

#[test]
fn the_others_go_on_without_one_that_is_stopped() {
    let (_root, mut task) = task();
    let endless = crate::child::Task {
        fetch: Fetch::Endless,
        ..task.clone()
    };
    let mut holder = endless.start();
    let _stdout = wait_for(&mut holder, "holding");
    kill_process(Pid::from_child(&holder), Signal::STOP).unwrap();

    task.wait = Duration::from_millis(50);
    let children: Vec<_> = (0..4).map(|_| task.start()).collect();
    for child in children {
        assert_eq!(outcome(child).stderr, "");
    }
    // Each fetched at most once, and what it fetched is there for the next.
    let fetches = task.fetches();
    assert!((2..=5).contains(&fetches), "{fetches}");
    outcome(task.start());
    assert_eq!(task.fetches(), fetches);

    holder.kill().unwrap();
    holder.wait().unwrap();
}

#[test]
fn one_that_is_killed_while_it_holds_the_lock_holds_nobody_up() {
    let (_root, task) = task();
    let endless = crate::child::Task {
        fetch: Fetch::Endless,
        ..task.clone()
    };
    let mut holder = endless.start();
    let _stdout = wait_for(&mut holder, "holding");
    // Two minutes are its patience: it is done long before only if the lock is given back.
    let waiting = task.start();
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(outcome(waiting).stderr, "");
    assert_eq!(task.fetches(), 2);
}
