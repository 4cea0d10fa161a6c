//! What `plan` tells of the real cluster, and what becomes of a plan that was looked at.

use serde_json::{Value, json};

use e2e::support::{cluster::Story, command::Output};

use super::{
    DEVELOPER, NOTHING_TO_DO, apply, kubectl, live, made, rewrite, said, section, source,
    source_with_groups, with_cluster, write,
};

fn plan(story: &Story<'_>, flags: &[&str], source: &Value) -> Output {
    let file = write(story, "access.json", source);
    let command = story.aws_auth_sync(&["plan", &file]);
    command.args(flags.iter().copied()).run()
}

#[test]
fn tells_what_would_change_and_writes_nothing() {
    with_cluster(|story| {
        let absent = plan(story, &[], &source());
        let lines = "2 to add, 0 to change, 0 to remove, 0 foreign\n";
        assert_eq!(absent.code, Some(2));
        assert!(absent.stdout.ends_with(lines), "{}", absent.stdout);
        assert!(absent.stderr.contains("--create"), "{}", absent.stderr);
        assert_eq!(live(story), None);

        let before = made(story);
        let nothing = "0 to add, 0 to change, 0 to remove, 0 foreign\n";
        assert_eq!(said(&plan(story, &[], &source())), (Some(0), nothing, ""));
        let changed = plan(story, &["-o", "json"], &source_with_groups(&["changed"]));
        assert_eq!((changed.code, changed.stderr.as_str()), (Some(2), ""));
        let changes = &changed.json()["changes"];
        let expected = json!([{
            "action": "update",
            "section": "mapRoles",
            "key": DEVELOPER,
            "owner": "platform",
            "reason": "it is declared otherwise",
            "before": {"rolearn": DEVELOPER, "username": "developer", "groups": ["developers"]},
            "after": {"rolearn": DEVELOPER, "username": "developer", "groups": ["changed"]},
        }]);
        assert_eq!(changes, &expected);
        assert_eq!(live(story), Some(before));
    });
}

#[test]
fn a_plan_is_carried_out_as_it_was_looked_at_or_not_at_all() {
    with_cluster(|story| {
        made(story);
        let out = story.sandbox.path().join("plan.json");
        let out = out.to_str().unwrap();
        let changed = source_with_groups(&["changed"]);
        let apply_plan = || story.aws_auth_sync(&["apply", "--plan", out]).run();
        assert_eq!(plan(story, &["--out", out], &changed).code, Some(2));

        // What EKS adds meanwhile is kept, and changes nothing of the plan.
        let text = section(story, "mapRoles");
        let node = "- groups:\n  - system:bootstrappers\n  - system:nodes\n  rolearn: \
                    arn:aws:iam::111122223333:role/node\n  username: \
                    system:node:{{EC2PrivateDNSName}}\n";
        rewrite(story, "mapRoles", &format!("{text}{node}"));
        let applied = apply_plan();
        assert_eq!(applied.code, Some(0), "{}", applied.stderr);
        let expected = format!("{text}{node}").replace("developers", "changed");
        assert_eq!(section(story, "mapRoles"), expected);

        // It is done: the plan no longer fits.
        let stale = "aws-auth-sync: apply: the live aws-auth is no longer the one that the plan \
                     was made for\nhint: plan again: aws-auth-sync plan --out FILE shows what has \
                     changed\n";
        assert_eq!(said(&apply_plan()), (Some(4), "", stale));
        assert_eq!(
            said(&apply(story, &[], &changed)),
            (Some(0), NOTHING_TO_DO, "")
        );

        // What somebody changes meanwhile makes it another plan.
        assert_eq!(plan(story, &["--out", out], &source()).code, Some(2));
        let text = section(story, "mapRoles");
        rewrite(story, "mapRoles", &text.replace("- changed", "- hacked"));
        let before = live(story);
        assert_eq!(said(&apply_plan()), (Some(4), "", stale));
        kubectl(story, "delete", &[]);
        assert_eq!(apply_plan().code, Some(1), "it makes none");
        assert!(before.is_some() && live(story).is_none());
    });
}

#[test]
fn a_plan_that_was_let_do_something_needs_no_flag_again_and_nothing_else_passes_by_it() {
    with_cluster(|story| {
        made(story);
        let out = story.sandbox.path().join("passed.json");
        let out = out.to_str().unwrap();
        let apply_plan = || story.aws_auth_sync(&["apply", "--plan", out]).run();
        let mut fewer = source();
        fewer["users"] = json!([]);
        assert_eq!(plan(story, &["--out", out], &fewer).code, Some(5));
        let flags = ["--out", out, "--allow-mass-deletion"];
        let planned = plan(story, &flags, &fewer);
        let passed = "C04: mapUsers would be empty, which now has mapUsers \
                      arn:aws:iam::111122223333:user/alice (let pass by --allow-mass-deletion)\n";
        assert_eq!(planned.code, Some(2), "{}", planned.stderr);
        assert!(
            planned.stdout.contains(&format!("guard {passed}")),
            "{}",
            planned.stdout
        );

        // What does not stand in the plan was not looked at.
        let file: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
        for other in [
            json!([]),
            json!([{"code": "C04", "override": "x", "message": "other"}]),
        ] {
            let mut tampered = file.clone();
            tampered["passed"] = other;
            std::fs::write(out, tampered.to_string()).unwrap();
            let refused = apply_plan();
            assert_eq!((refused.code, refused.stdout.as_str()), (Some(5), ""));
            assert!(
                refused.stderr.contains("apply: C04: "),
                "{}",
                refused.stderr
            );
        }
        std::fs::write(out, file.to_string()).unwrap();
        let applied = apply_plan();
        assert_eq!(applied.code, Some(0), "{}", applied.stderr);
        assert_eq!(applied.stderr, format!("warning: {passed}"));
        let history = story.aws_auth_sync(&["history", "-o", "json"]).succeed();
        let history = history.json();
        let last = history["revisions"].as_array().unwrap().last().unwrap();
        let summary = "0 to add, 0 to change, 1 to remove, C04 let pass";
        assert_eq!(last["summary"], json!(summary));
    });
}
