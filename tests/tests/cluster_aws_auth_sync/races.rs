//! Runs that meet.

use std::thread;

use e2e::support::{cluster::Story, command::Output};
use serde_json::json;

use super::{
    NOTHING_TO_DO, data, live, made, resource_version, section, source, source_with_groups,
    with_cluster, write,
};

#[test]
fn eight_runs_that_want_the_same_make_one_aws_auth() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let outputs = at_once(story, &[file.as_str(); 8]);
        for output in &outputs {
            assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        }
        let live = live(story).expect("aws-auth is there now");
        assert_eq!(live["data"], data());
        let (found, made): (Vec<_>, Vec<_>) = outputs
            .iter()
            .map(|output| output.stdout.as_str())
            .partition(|said| *said == NOTHING_TO_DO);
        let read_back = format!("read back at resourceVersion {}\n", resource_version(&live));
        assert_eq!((found.len(), made.len()), (7, 1));
        assert!(
            made.iter().all(|said| said.ends_with(&read_back)),
            "{made:?}"
        );
    });
}

#[test]
fn of_runs_that_want_different_things_one_prevails_whole() {
    with_cluster(|story| {
        made(story);
        let groups = ["red", "blue"];
        let [red, blue] = groups.map(|group| {
            write(
                story,
                &format!("{group}.json"),
                &source_with_groups(&[group]),
            )
        });
        let outputs = at_once(story, &[&red, &blue, &red, &blue, &red, &blue]);
        for output in &outputs {
            assert!(matches!(output.code, Some(0 | 4)), "{output:?}");
        }
        assert!(
            outputs.iter().any(|output| output.code == Some(0)),
            "somebody prevails"
        );
        let live = live(story).expect("aws-auth is there");
        let variants = groups.map(|group| {
            let mut data = data();
            let roles = data["mapRoles"]
                .as_str()
                .unwrap()
                .replace("developers", group);
            data["mapRoles"] = roles.into();
            data
        });
        assert!(variants.contains(&live["data"]), "{}", live["data"]);
        // The record fits the data: the next run is not refused.
        let next = story.aws_auth_sync(&["apply", &red]).run();
        assert_eq!(next.code, Some(0), "{}", next.stderr);
    });
}

#[test]
fn twenty_owners_and_a_person_at_once_lose_nothing() {
    with_cluster(|story| {
        made(story);
        let role = |name: &str| format!("arn:aws:iam::111122223333:role/{name}");
        let file = |number: usize| {
            let name = format!("owner-{number}");
            let mut theirs = source();
            theirs["owner"] = json!(name);
            theirs["roles"][0]["rolearn"] = json!(role(&name));
            theirs["users"] = json!([]);
            write(story, &format!("{name}.json"), &theirs)
        };
        let files: Vec<String> = (0..20).map(file).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let outputs = thread::scope(|scope| {
            let runs = scope.spawn(|| at_once(story, &files));
            // What a person sees when he opens the editor, and saves when he is done with it.
            for number in 0..5 {
                let arn = role(&format!("by-hand-{number}"));
                let entry = format!("- rolearn: {arn}\n  username: by-hand\n");
                story.edit_by_hand("mapRoles", |text| format!("{text}{entry}"));
            }
            runs.join().expect("the runs end")
        });
        for output in &outputs {
            assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        }
        let text = section(story, "mapRoles");
        let owners = (0..20).map(|number| format!("owner-{number}"));
        let people = (0..5).map(|number| format!("by-hand-{number}"));
        for name in owners.chain(people).chain(["developer".to_owned()]) {
            let line = format!("rolearn: {}\n", role(&name));
            assert_eq!(text.matches(&line).count(), 1, "{name}: {text}");
        }
        let live = live(story).expect("aws-auth is there");
        let annotations = live["metadata"]["annotations"].as_object().unwrap();
        assert_eq!(annotations.len(), 21);
    });
}

/// Applies each file in a process of its own, all of them at the same time.
fn at_once(story: &Story<'_>, files: &[&str]) -> Vec<Output> {
    thread::scope(|scope| {
        let run = |file: &&str| {
            let command = story.aws_auth_sync(&["apply", "--create", file]);
            scope.spawn(|| command.run())
        };
        let runs: Vec<_> = files.iter().map(run).collect();
        runs.into_iter()
            .map(|run| run.join().expect("it ends"))
            .collect()
    })
}
