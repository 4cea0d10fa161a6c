//! An aws-auth that aws-auth-sync made, and changes again.

use serde_json::{Value, json};

use super::{
    ALICE, DEVELOPER, NOTHING_TO_DO, apply, data, kubectl, live, made, managers, resource_version,
    said, source, source_with_groups, with_cluster,
};

#[test]
fn makes_nothing_without_being_told_to() {
    with_cluster(|story| {
        let message = "aws-auth-sync: apply: the cluster has no aws-auth\n\
                       hint: give --create to make it\n";
        assert_eq!(said(&apply(story, &[], &source())), (Some(1), "", message));
        assert_eq!(live(story), None);
    });
}

#[test]
fn leaves_its_owner_and_its_own_name_on_what_it_makes() {
    with_cluster(|story| {
        let output = apply(story, &["--create"], &source());
        let live = live(story).expect("aws-auth is there now");
        let report = format!(
            "+ mapRoles {DEVELOPER} developer [developers]\n+ mapUsers {ALICE} alice [readers]\n\
             aws-auth created: 2 entries, read back at resourceVersion {}\n",
            resource_version(&live),
        );
        assert_eq!(said(&output), (Some(0), report.as_str(), ""));
        assert_eq!(live["data"], data());
        assert_eq!(managers(&live), ["aws-auth-sync"]);
        let annotations = live["metadata"]["annotations"].as_object().unwrap();
        let names: Vec<_> = annotations.keys().collect();
        assert_eq!(names, ["aws-auth-sync/owned.platform"]);
        let record = annotations["aws-auth-sync/owned.platform"]
            .as_str()
            .unwrap();
        let record: Value = serde_json::from_str(record).unwrap();
        assert_eq!(record["owner"], json!("platform"));
        assert_eq!(record["version"], json!(2));
        assert_eq!(record["made"], json!(["mapRoles", "mapUsers"]));
        assert_eq!(record["entries"].as_object().unwrap().len(), 2);
    });
}

#[test]
fn writes_nothing_the_second_time() {
    with_cluster(|story| {
        let before = made(story);
        for flags in [&[][..], &["--create"]] {
            let again = apply(story, flags, &source());
            assert_eq!(said(&again), (Some(0), NOTHING_TO_DO, ""));
        }
        assert_eq!(
            live(story),
            Some(before),
            "resourceVersion and times included"
        );
    });
}

#[test]
fn changes_one_entry_and_leaves_labels_and_annotations_of_others() {
    with_cluster(|story| {
        made(story);
        kubectl(story, "label", &["team=platform"]);
        kubectl(story, "annotate", &["note=kept"]);

        let output = apply(
            story,
            &[],
            &source_with_groups(&["developers", "deployers"]),
        );

        let live = live(story).expect("aws-auth is there");
        let report = format!(
            "~ mapRoles {DEVELOPER} developer [developers, deployers] (was developer [developers])\n\
             aws-auth changed: 1 entry, read back at resourceVersion {}\n",
            resource_version(&live),
        );
        assert_eq!(said(&output), (Some(0), report.as_str(), ""));
        let mut expected = data();
        let roles = expected["mapRoles"].as_str().unwrap();
        expected["mapRoles"] = json!(format!("{roles}  - deployers\n"));
        assert_eq!(live["data"], expected);
        assert_eq!(live["metadata"]["labels"], json!({ "team": "platform" }));
        assert_eq!(live["metadata"]["annotations"]["note"], json!("kept"));
    });
}

#[test]
fn takes_a_section_away_with_its_last_entry() {
    with_cluster(|story| {
        made(story);
        kubectl(story, "label", &["team=platform"]);
        let mut roles_only = source();
        roles_only["users"] = json!([]);

        let refused = apply(story, &[], &roles_only);
        assert_eq!(refused.code, Some(5), "{}", refused.stderr);
        let output = apply(story, &["--allow-mass-deletion"], &roles_only);

        let live = live(story).expect("aws-auth is there");
        let report = format!(
            "- mapUsers {ALICE} alice [readers]\n\
             aws-auth changed: 1 entry, read back at resourceVersion {}\n",
            resource_version(&live),
        );
        let warning = format!(
            "warning: C04: mapUsers would be empty, which now has mapUsers {ALICE} (let pass by \
             --allow-mass-deletion)\n"
        );
        assert_eq!(said(&output), (Some(0), report.as_str(), warning.as_str()));
        assert_eq!(live["data"], json!({ "mapRoles": data()["mapRoles"] }));
        assert_eq!(live["metadata"]["labels"], json!({ "team": "platform" }));
    });
}

#[test]
fn sources_that_are_wrong_leave_it_untouched() {
    with_cluster(|story| {
        let before = made(story);
        let wrong = [
            ("/users/0/username", json!(false)),
            (
                "/users/0/userarn",
                json!("arn:aws:sts::111122223333:assumed-role/a/b"),
            ),
            (
                "/roles/0/rolearn",
                json!("arn:aws:iam::111122223333:role/team/developer"),
            ),
            ("/roles/0/groups/0", json!("")),
            ("/users", json!({})),
            ("/owner", json!("two words")),
        ];
        for (place, value) in wrong {
            let mut source = source_with_groups(&["changed"]);
            *source.pointer_mut(place).unwrap() = value;
            let output = apply(story, &["--create"], &source);
            assert_eq!(
                (output.code, output.stdout.as_str()),
                (Some(3), ""),
                "{place}"
            );
        }
        assert_eq!(live(story), Some(before));
    });
}
