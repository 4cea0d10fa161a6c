//! The controller: what it mends, what it leaves alone, what it tells.

use std::os::unix::fs::symlink;
use std::path::Path;

use e2e::support::cluster::eventually;
use serde_json::{Value, json};

use super::{
    ALICE, LONG, NOTHING_TO_DO, data, kubectl, live, made, rewrite, said, section, source,
    source_with_groups, start_watch, wait, with_cluster, write,
};

#[test]
fn what_somebody_edits_is_mended_and_what_he_adds_is_kept() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let controller = start_watch(story, "mends", &["--create", &file]);
        wait(&controller, "notice: aws-auth is synced: mapRoles");
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());

        let text = section(story, "mapRoles").replace("developers", "intruders");
        let foreign = "# by hand\n- rolearn: arn:aws:iam::111122223333:role/ops\n  username: ops\n";
        rewrite(story, "mapRoles", &format!("{foreign}{text}"));
        wait(
            &controller,
            "notice: drift is corrected: mapRoles arn:aws:iam::111122223333:role/developer",
        );
        let mended = data()["mapRoles"].as_str().unwrap().to_owned();
        assert_eq!(section(story, "mapRoles"), format!("{foreign}{mended}"));
    });
}

#[test]
fn an_aws_auth_that_is_deleted_is_told_and_made_again_only_by_create() {
    with_cluster(|story| {
        made(story);
        let file = write(story, "access.json", &source());
        let controller = start_watch(story, "deleted", &[&file]);
        kubectl(story, "delete", &[]);
        wait(
            &controller,
            "warning: aws-auth is not synced: the cluster has no aws-auth (give --create to make it)",
        );
        assert_eq!(live(story), None);
        drop(controller);
        let controller = start_watch(story, "made-again", &["--create", &file]);
        wait(&controller, "notice: aws-auth is synced: ");
        kubectl(story, "delete", &[]);
        let is_back = || live(story).is_some_and(|live| live["data"] == data());
        assert!(eventually(LONG, is_back));
    });
}

#[test]
fn files_at_fault_keep_what_they_last_wanted_and_are_told() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let controller = start_watch(story, "fault", &["--create", &file]);
        wait(&controller, "notice: aws-auth is synced: ");
        story.sandbox.write("access.json", "{ no source");
        let told = wait(&controller, "aws-auth is kept as they last wanted it");
        assert!(told.starts_with(&format!("warning: {file}:1:")), "{told}");

        rewrite(story, "mapUsers", "[]");
        wait(
            &controller,
            &format!("notice: drift is corrected: mapUsers {ALICE}"),
        );
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());

        write(story, "access.json", &source_with_groups(&["changed"]));
        wait(&controller, "notice: the sources are in order again");
        assert!(eventually(LONG, || section(story, "mapRoles").contains("- changed\n")));
    });
}

#[test]
fn a_directory_is_followed_through_a_link_that_is_swapped() {
    with_cluster(|story| {
        write(story, "one/access.json", &source());
        write(story, "two/access.json", &source_with_groups(&["swapped"]));
        let root = story.sandbox.path();
        let link = |target: &str| {
            let new = root.join("new-link");
            symlink(root.join(target), &new).expect("a link can be made");
            std::fs::rename(&new, root.join("current")).expect("and renamed");
        };
        link("one");
        let current = root.join("current");
        let controller = start_watch(story, "swap", &["--create", plain(&current)]);
        wait(&controller, "notice: aws-auth is synced: ");
        link("two");
        assert!(eventually(LONG, || section(story, "mapRoles").contains("- swapped\n")));
    });
}

#[test]
fn a_list_that_cannot_be_read_is_warned_of_once_and_the_others_are_kept() {
    with_cluster(|story| {
        made(story);
        let mut roles = source();
        roles["users"] = json!([]);
        roles["owner"] = json!("other");
        roles["roles"][0]["rolearn"] = json!("arn:aws:iam::111122223333:role/other");
        rewrite(story, "mapUsers", "\tbroken: [\n");
        let file = write(story, "other.json", &roles);
        let controller = start_watch(story, "unread", &[&file]);
        wait(&controller, "notice: aws-auth is synced: mapRoles");
        for round in 0..2 {
            let text = section(story, "mapRoles").replace("developers", "intruders");
            rewrite(
                story,
                "mapRoles",
                &text.replace("username: developer", "username: eve"),
            );
            let is_mended = || !section(story, "mapRoles").contains("role/other\n  username: eve");
            assert!(eventually(LONG, is_mended), "round {round}");
        }
        let told = controller.stderr();
        assert_eq!(
            told.matches("warning: C10: the live mapUsers, ").count(),
            1,
            "{told}"
        );
    });
}

#[test]
fn a_conflict_and_guards_are_told_once_and_nothing_is_written() {
    with_cluster(|story| {
        made(story);
        let before = live(story);
        let mut theirs = source();
        theirs["owner"] = json!("other");
        theirs["users"] = json!([]);
        theirs["roles"][0]["groups"] = json!(["theirs"]);
        let file = write(story, "access.json", &theirs);
        let controller = start_watch(story, "refused", &[&file]);
        let told = wait(&controller, "warning: aws-auth is not synced: ");
        assert!(told.contains("--adopt"), "{told}");

        let mut many = source();
        many["roles"][0]["groups"] = json!(["system:masters"]);
        many["users"] = json!([]);
        write(story, "access.json", &many);
        let told = wait(&controller, "warning: aws-auth is not synced: C04: ");
        assert!(told.contains("; C11: "), "{told}");
        let flags = "(give --allow-mass-deletion --allow-new-admin if that is what you want)";
        assert!(told.ends_with(flags), "{told}");
        assert_eq!(live(story), before);

        write(story, "access.json", &source());
        wait(&controller, "notice: aws-auth is as it should be again");
        assert_eq!(controller.stderr().matches("is not synced").count(), 2);
        assert!(!controller.stderr().contains("error: "));
        assert_eq!(live(story), before);
    });
}

#[test]
fn a_trial_tells_of_drift_and_writes_nothing() {
    with_cluster(|story| {
        made(story);
        let file = write(story, "access.json", &source());
        let observer = start_watch(story, "trial", &["--dry-run", &file]);
        rewrite(story, "mapUsers", "[]");
        let before = live(story);
        let would = format!("warning: aws-auth would change: mapUsers {ALICE}");
        wait(&observer, &would);
        assert_eq!(live(story), before);
    });
}

#[test]
fn it_outlives_an_api_server_that_is_gone_for_a_while() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let controller = start_watch(story, "outage", &["--create", &file]);
        wait(&controller, "notice: aws-auth is synced: ");
        story.restart_api_server();
        rewrite(story, "mapUsers", "[]");
        assert!(eventually(LONG, || {
            live(story).is_some_and(|live| live["data"] == data())
        }));
    });
}

#[test]
fn asked_to_stop_it_ends_well() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let mut controller = start_watch(story, "stops", &["--create", &file]);
        wait(&controller, "notice: aws-auth is synced: ");
        assert_eq!(controller.terminate(LONG).code(), Some(0));
        assert_eq!(controller.stdout(), "");
    });
}

#[test]
fn once_says_and_ends_as_apply_does() {
    with_cluster(|story| {
        let once = |flags: &[&str], source: &Value| {
            let file = write(story, "access.json", source);
            let command = story.aws_auth_sync(&["watch", "--once", &file]);
            command.args(flags.iter().copied()).run()
        };
        let absent = "aws-auth-sync: apply: the cluster has no aws-auth\n\
                      hint: give --create to make it\n";
        assert_eq!(said(&once(&[], &source())), (Some(1), "", absent));
        assert_eq!(once(&["--create"], &source()).code, Some(0));
        assert_eq!(said(&once(&[], &source())), (Some(0), NOTHING_TO_DO, ""));
        assert_eq!(once(&[], &json!({})).code, Some(3));
        let mut theirs = source_with_groups(&["theirs"]);
        theirs["owner"] = json!("other");
        assert_eq!(once(&[], &theirs).code, Some(4));
        assert_eq!(
            once(&[], &source_with_groups(&["system:masters"])).code,
            Some(5)
        );
    });
}

#[test]
fn one_of_two_replicas_writes_and_the_other_takes_over_when_it_dies_or_ends() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let replica =
            |name: &str| start_watch(story, name, &["--create", "--identity", name, &file]);
        let mut first = replica("first");
        wait(
            &first,
            "lease kube-system/aws-auth-sync: held by this replica, first_",
        );
        wait(&first, "notice: aws-auth is synced: ");
        let mut second = replica("second");
        wait(&second, "lease kube-system/aws-auth-sync: held by first_");
        first.kill();
        rewrite(story, "mapUsers", "[]");
        wait(
            &second,
            "lease kube-system/aws-auth-sync: held by this replica, second_",
        );
        wait(&second, "notice: drift is corrected: mapUsers");

        let third = replica("third");
        wait(&third, "lease kube-system/aws-auth-sync: held by second_");
        assert_eq!(second.terminate(LONG).code(), Some(0));
        rewrite(story, "mapUsers", "[]");
        wait(
            &third,
            "lease kube-system/aws-auth-sync: held by this replica, third_",
        );
        wait(&third, "notice: drift is corrected: mapUsers");
        assert_eq!(second.stderr().matches("drift is corrected").count(), 1);
    });
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("a sandbox has a plain path")
}
