//! Processes that are started together.

use std::collections::BTreeSet;

use crate::child::{outcome, task};

#[test]
fn of_64_processes_one_fetches_and_all_are_served_with_the_same() {
    let (_root, mut task) = task();
    for epoch in 1..=3 {
        let children: Vec<_> = (0..64).map(|_| task.start()).collect();
        let outcomes: Vec<_> = children.into_iter().map(outcome).collect();
        let served: BTreeSet<_> = outcomes.iter().map(|outcome| &outcome.key_id).collect();
        assert_eq!(served.len(), 1, "{served:?}");
        assert_eq!(task.fetches(), epoch);
        assert!(outcomes.iter().all(|outcome| outcome.stderr.is_empty()));
        // All of it is over.
        task.now += 3_600;
    }
}
