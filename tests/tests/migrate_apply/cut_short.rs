//! Runs that end early, calls that get lost, and what is shown late.

use e2e::support::standin::Fault;

use crate::{PATIENCE, Story, ended, made, outcomes};

#[test]
fn a_run_that_ends_at_any_moment_is_finished_by_the_next() {
    let whole = {
        let story = Story::new();
        story.apply(&[]).succeed();
        story.eks.requests().len()
    };
    let mut completed = 0;
    for answered in 0..whole {
        let story = Story::new();
        // What is asked then is done, and nobody hears of it.
        story.eks.set_fault_after(answered, Fault::Hold);
        let process = story.apply(&[]).start("apply");
        assert!(story.eks.wait_for_requests(answered + 1, PATIENCE));
        drop(process);
        story.eks.clear_fault();
        let next = story.apply(&["-o", "json"]).succeed();
        assert_eq!(made(), story.entries(), "killed at request {answered}");
        let outcomes = outcomes(&next.stdout);
        completed += usize::from(outcomes.contains(&"completed role/admin".to_owned()));
    }
    assert_ne!(
        0, completed,
        "no run was cut short between an entry and its policy"
    );
}

#[test]
fn what_is_shown_late_is_waited_for() {
    let story = Story::new();
    story.eks.set_lag(2);
    story.apply(&[]).succeed();
    assert_eq!(made(), story.entries());
}

#[test]
fn calls_that_are_lost_or_refused_in_passing_are_made_again() {
    for fault in [
        Fault::CloseBeforeAnswer,
        Fault::Error {
            status: 429,
            code: "ThrottlingException",
        },
    ] {
        for spared in [0, 3, 5] {
            let story = Story::new();
            story.eks.set_fault_after(spared, fault.clone());
            let process = story.apply(&[]).start("apply");
            assert!(story.eks.wait_for_requests(spared + 2, PATIENCE));
            story.eks.clear_fault();
            assert_eq!(Some(0), ended(process).0);
            assert_eq!(made(), story.entries(), "{fault:?} after {spared}");
        }
    }
}

#[test]
fn credentials_that_are_over_end_the_run_and_what_was_not_tried_is_told() {
    let story = Story::new();
    story.eks.set_fault_after(2, Fault::Hold);
    let process = story.apply(&["-o", "json"]).start("apply");
    assert!(story.eks.wait_for_requests(3, PATIENCE));
    story.sts.expire_session(&story.keys);
    story.eks.clear_fault();
    let (code, stdout) = ended(process);
    assert_eq!(Some(1), code, "{stdout}");
    let expected = [
        "failed role/nodes",
        "notTried role/admin",
        "notTried role/dev",
        "notTried user/team/ann",
    ];
    assert_eq!(expected.map(str::to_owned).to_vec(), outcomes(&stdout));
}
