//! The authentication mode.

use e2e::support::standin::Fault;

use crate::{PATIENCE, Story, all, arn, made, outcomes};

#[test]
fn a_mode_without_access_entries_is_switched_by_the_flag_alone() {
    let story = Story::in_mode("CONFIG_MAP");
    story.eks.add(
        story
            .cluster
            .clone()
            .managing(&arn("role/nodes"), "EC2_LINUX"),
    );
    let refused = story.apply(&[]).run();
    assert_eq!((Some(1), ""), (refused.code, refused.stdout.as_str()));
    assert_eq!(
        "aws-auth-sync: migrate apply: cluster demo admits callers by aws-auth alone (CONFIG_MAP), \
         and has no access entries\n\
         hint: --set-mode switches it to API_AND_CONFIG_MAP, where aws-auth goes on to count; there \
         is no way back to CONFIG_MAP\n",
        refused.stderr
    );
    let dry = story
        .apply(&["--dry-run", "--set-mode", "-o", "json"])
        .succeed();
    assert_eq!(all("created"), outcomes(&dry.stdout));
    assert_eq!(
        "warning: cluster demo admits callers by aws-auth alone: --set-mode would first switch it to \
         API_AND_CONFIG_MAP, from which there is no way back, and EKS would make the entries of \
         managed nodes\n",
        dry.stderr
    );
    assert_eq!(0, story.writes());
    let output = story.apply(&["--set-mode", "-o", "json"]).succeed();
    assert_eq!(
        "warning: switching cluster demo from CONFIG_MAP to API_AND_CONFIG_MAP, which takes minutes; \
         there is no way back\n",
        output.stderr
    );
    let mut expected = all("created");
    "unchanged role/nodes".clone_into(&mut expected[0]);
    assert_eq!(expected, outcomes(&output.stdout));
    assert_eq!(made(), story.entries());
    assert_eq!(
        Some("API_AND_CONFIG_MAP"),
        story.eks.mode(&story.cluster).as_deref()
    );
}

#[test]
fn a_switch_that_fails_or_was_begun_by_another_run_is_told_or_waited_for() {
    let story = Story::in_mode("CONFIG_MAP");
    story.eks.fail_updates();
    let failed = story.apply(&["--set-mode"]).run();
    assert_eq!(Some(1), failed.code);
    let told = "aws-auth-sync: migrate apply: switch the authentication mode of demo: Failed: failed \
                on demand\n\
                hint: aws-auth counts as before; mend the cause, then apply again\n";
    assert!(failed.stderr.ends_with(told), "{}", failed.stderr);
    let story = Story::in_mode("CONFIG_MAP");
    story.eks.set_fault_after(1, Fault::Hold);
    let process = story.apply(&["--set-mode"]).start("apply");
    assert!(story.eks.wait_for_requests(2, PATIENCE));
    drop(process);
    story.eks.clear_fault();
    let output = story.apply(&[]).succeed();
    assert_eq!(
        "notice: cluster demo is being changed: waiting until that has ended\n",
        output.stderr
    );
    assert_eq!(made(), story.entries());
}
