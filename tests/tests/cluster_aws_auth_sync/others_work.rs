//! What others wrote stays as it is, byte for byte, and is taken over only when told.

use serde_json::{Value, json};

use super::{
    DEVELOPER, NOTHING_TO_DO, apply, data, kubectl, live, made, managers, rewrite, said, section,
    source, source_with_groups, with_cluster,
};

/// What EKS writes for a node group, in its own style, and what a person wrote below it.
const NODES: &str = "# managed node groups\n- groups:\n  - system:bootstrappers\n  - \
                     system:nodes\n  rolearn: arn:aws:iam::111122223333:role/node\n  username: \
                     system:node:{{EC2PrivateDNSName}}\n\n- {rolearn: \
                     'arn:aws:iam::111122223333:role/Ops', username: ops,  groups: [ops] }  # by \
                     hand\n";

#[test]
fn entries_comments_and_keys_of_others_stay_to_the_byte() {
    with_cluster(|story| {
        made(story);
        rewrite(story, "mapRoles", NODES);
        rewrite(story, "notes", "kept");
        kubectl(story, "annotate", &["note=kept"]);

        let added = apply(story, &[], &source());
        assert_eq!((added.code, added.stderr.as_str()), (Some(0), ""));
        // A new entry is written as its neighbour is.
        let text = format!(
            "{NODES}- {{rolearn: '{DEVELOPER}', username: developer, groups: [developers]}}\n"
        );
        assert_eq!(section(story, "mapRoles"), text);

        let changed = apply(story, &[], &source_with_groups(&["changed"]));
        assert_eq!(changed.code, Some(0), "{}", changed.stderr);
        assert_eq!(
            section(story, "mapRoles"),
            text.replace("developers", "changed")
        );

        let mut users_only = source();
        users_only["roles"] = json!([]);
        let removed = apply(story, &[], &users_only);
        assert_eq!(removed.code, Some(0), "{}", removed.stderr);
        assert_eq!(section(story, "mapRoles"), NODES);
        let live = live(story).expect("aws-auth is there");
        assert_eq!(live["data"]["notes"], json!("kept"));
        assert_eq!(live["metadata"]["annotations"]["note"], json!("kept"));
    });
}

#[test]
fn what_kubectl_applied_is_taken_over_only_when_told() {
    with_cluster(|story| {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/aws-auth.yaml");
        let _applied = story.admin().succeed(&["apply", "--filename", example]);
        let before = live(story).expect("aws-auth is there");
        assert_eq!(managers(&before), ["kubectl-client-side-apply"]);
        // Equal entries belong to nobody still.
        let own = |flags: &[&str]| {
            let command = story.aws_auth_sync(&["apply", "--owner=platform", example]);
            command.args(flags.iter().copied()).run()
        };
        assert_eq!(said(&own(&[])), (Some(0), NOTHING_TO_DO, ""));
        assert_eq!(live(story).as_ref(), Some(&before));

        let refused = apply(story, &[], &source());
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(4), ""));
        let place = "access.json:1:";
        assert!(refused.stderr.contains(place), "{}", refused.stderr);
        assert!(
            refused
                .stderr
                .contains("it is there with other values, and belongs to nobody"),
            "{}",
            refused.stderr
        );
        assert_eq!(live(story).as_ref(), Some(&before));

        let adopted = own(&["--adopt"]);
        assert_eq!(adopted.code, Some(0), "{}", adopted.stderr);
        assert!(adopted.stderr.contains("C07"), "{}", adopted.stderr);
        let after = live(story).expect("aws-auth is there");
        assert_eq!(after["data"], before["data"]);
        assert_eq!(said(&own(&["--adopt"])), (Some(0), NOTHING_TO_DO, ""));
    });
}

#[test]
fn two_owners_live_side_by_side_and_neither_takes_what_the_other_holds() {
    with_cluster(|story| {
        made(story);
        let mut theirs = source();
        theirs["owner"] = json!("team-b");
        theirs["roles"][0]["rolearn"] = json!("arn:aws:iam::111122223333:role/team-b");
        theirs["users"] = json!([]);
        assert_eq!(apply(story, &[], &theirs).code, Some(0));
        let both = live(story).expect("aws-auth is there");
        assert_eq!(
            said(&apply(story, &[], &source())),
            (Some(0), NOTHING_TO_DO, "")
        );

        // Even where the values are the same.
        theirs["roles"]
            .as_array_mut()
            .unwrap()
            .push(source()["roles"][0].clone());
        let refused = apply(story, &[], &theirs);
        let message = format!("apply: mapRoles {DEVELOPER} of ");
        assert_eq!(refused.code, Some(4), "{}", refused.stderr);
        assert!(refused.stderr.contains(&message), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("it is held by platform"),
            "{}",
            refused.stderr
        );
        assert_eq!(live(story), Some(both));

        let taken = apply(story, &["--adopt"], &theirs);
        let line = format!("= mapRoles {DEVELOPER} developer [developers]\n");
        assert_eq!(taken.code, Some(0), "{}", taken.stderr);
        assert!(taken.stdout.starts_with(&line), "{}", taken.stdout);
        assert_eq!(apply(story, &[], &source()).code, Some(4));
        let mut rest = source();
        rest["roles"] = json!([]);
        assert_eq!(
            said(&apply(story, &[], &rest)),
            (Some(0), NOTHING_TO_DO, "")
        );
    });
}

#[test]
fn drift_is_mended_and_what_somebody_changed_is_not_removed() {
    with_cluster(|story| {
        made(story);
        let text = section(story, "mapRoles");
        rewrite(story, "mapRoles", &text.replace("- developers", "- others"));
        rewrite(story, "mapUsers", "[]\n");
        let mended = apply(story, &[], &source());
        assert_eq!(mended.code, Some(0), "{}", mended.stderr);
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());

        rewrite(story, "mapRoles", &text.replace("- developers", "- others"));
        let mut rest = source();
        rest["roles"] = json!([]);
        let kept = apply(story, &["--allow-mass-deletion"], &rest);
        assert_eq!(kept.code, Some(4), "{}", kept.stderr);
        assert!(kept.stderr.contains("--prune"), "{}", kept.stderr);
        let pruned = apply(story, &["--allow-mass-deletion", "--prune"], &rest);
        assert_eq!(pruned.code, Some(0), "{}", pruned.stderr);
        assert_eq!(
            live(story).expect("aws-auth is there")["data"]["mapRoles"],
            Value::Null
        );
    });
}

#[test]
fn a_record_that_is_lost_is_made_anew_and_one_that_is_broken_is_an_error() {
    with_cluster(|story| {
        made(story);
        kubectl(story, "annotate", &["aws-auth-sync/owned.platform-"]);
        assert_eq!(
            said(&apply(story, &[], &source())),
            (Some(0), NOTHING_TO_DO, "")
        );
        let changed = source_with_groups(&["changed"]);
        assert_eq!(apply(story, &[], &changed).code, Some(4));
        assert_eq!(apply(story, &["--adopt"], &changed).code, Some(0));
        assert_eq!(apply(story, &[], &source()).code, Some(0));

        kubectl(
            story,
            "annotate",
            &["--overwrite", "aws-auth-sync/owned.platform=broken"],
        );
        let before = live(story);
        let refused = apply(story, &[], &changed);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
        let words = "the annotation aws-auth-sync/owned.platform of aws-auth is no record";
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
        assert_eq!(live(story), before);
    });
}

#[test]
fn apply_warns_of_what_another_writer_or_an_access_entry_may_undo_and_goes_on() {
    with_cluster(|story| {
        made(story);
        let mut theirs = source_with_groups(&["others"]);
        theirs["owner"] = json!("team-b");
        theirs["users"] = json!([]);
        let entries = json!([{
            "principalArn": "arn:aws:iam::111122223333:role/team/developer", "type": "STANDARD",
        }]);
        let entries = story.sandbox.write("entries.json", entries.to_string());
        let entries = entries.to_str().unwrap();
        let flags = ["--adopt", "--access-entries", entries];
        let taken = apply(story, &flags, &theirs);
        let warnings = format!(
            "warning: C06: mapRoles {DEVELOPER} gets other values than platform gave it, who may \
             write them again: have one of the two declare it\nwarning: C09: mapRoles {DEVELOPER} \
             has an access entry ({entries}:1), which wins: what aws-auth says of it has no effect\n"
        );
        assert_eq!((taken.code, &taken.stderr), (Some(0), &warnings));
        let text = section(story, "mapRoles");
        assert!(text.contains("- others"), "{text}");
        // Nothing changes any more, and there is nothing to warn of.
        let again = apply(story, &flags, &theirs);
        assert_eq!(said(&again), (Some(0), NOTHING_TO_DO, ""));
    });
}
