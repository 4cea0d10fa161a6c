//! Clients that ask again.

use std::process::Command;

use crate::child::{Client, outcome, task};

#[test]
fn a_client_is_known_again_by_its_process() {
    let (_root, mut task) = task();
    task.client = Client::Parent;
    // Fetched for this process: kept credentials are not to blame.
    let first = outcome(task.start()).key_id;
    assert_eq!(outcome(task.start()).key_id, first);
    // Served from the cache and refused.
    let second = outcome(task.start()).key_id;
    assert_ne!(second, first);
    // A shell is another client, and so is the next.
    for _ in 0..2 {
        let mut shell = Command::new("sh");
        // The second command keeps the shell from making way for the first.
        shell.args(["-c", "\"$0\" \"$@\"; exit $?"]);
        shell.arg(std::env::current_exe().unwrap());
        assert_eq!(outcome(task.start_by(&mut shell)).key_id, second);
    }
    assert_eq!(task.fetches(), 2);
}
