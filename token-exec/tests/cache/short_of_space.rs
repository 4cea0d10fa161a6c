//! A system that lets nothing more be written.

use std::process::Command;

use crate::child::{key, names, outcome, task};

#[test]
fn an_entry_that_cannot_be_written_is_a_warning_and_leaves_nothing() {
    let (_root, task) = task();
    for fetches in 1..=2 {
        // Files of one block at most, where an entry has nine; without the signal that would kill.
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""]);
        limited.arg(std::env::current_exe().unwrap());
        let outcome = outcome(task.start_by(&mut limited));
        let path = task.cache().path().join(format!("{}.json", key()));
        assert_eq!(
            outcome.stderr,
            format!(
                "warning: cannot write {}: File too large (os error 27)\n",
                path.display()
            )
        );
        assert_eq!(task.fetches(), fetches);
        assert_eq!(names(task.cache().path()), [format!("{}.lock", key())]);
    }
}
