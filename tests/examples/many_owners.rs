//! Twenty owners who apply again and again, all at once, beside a person who edits aws-auth: is
//! anything lost?
//!
//! `cargo run -p e2e --example many_owners -- --seconds 60`. stdout: what was done, and what is
//! lost. Exit code: 0 when nothing is, 1 when something is, or where there is no control plane.

#![expect(clippy::print_stdout, reason = "it is there to tell")]

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use e2e::support::cluster::Cluster;
use e2e::support::control_plane::ReviewVersion;
use serde_json::{Value, json};

#[derive(Parser)]
struct Args {
    /// For how long
    #[arg(long, default_value_t = 60)]
    seconds: u64,

    /// How many owners
    #[arg(long, default_value_t = 20)]
    owners: usize,
}

/// What became of an owner's runs.
#[derive(Default)]
struct Owner {
    number: usize,
    applied: usize,
    /// Runs that gave up, because others were faster each time.
    outrun: usize,
    /// What runs said that failed otherwise.
    failed: Vec<String>,
    /// What the entry may give at the end: what was applied last, or later without an answer.
    possible: BTreeSet<String>,
}

/// What became of a person's edits.
#[derive(Default)]
struct Person {
    edits: usize,
    attempts: usize,
}

fn main() -> ExitCode {
    let Args { seconds, owners } = Args::parse();
    let cluster = Cluster::start("many-owners", ReviewVersion::V1, Duration::from_secs(2));
    let Some(cluster) = cluster else {
        return ExitCode::FAILURE;
    };
    cluster.set_aws_auth(&json!({ "mapRoles": FIRST, "other": "kept" }));
    let end = Instant::now() + Duration::from_secs(seconds);
    let (cluster, (owners, person)) = (&cluster, together(&cluster, owners, end));
    for owner in owners.iter().filter(|owner| !owner.failed.is_empty()) {
        println!("owner-{} failed: {}", owner.number, owner.failed.join("; "));
    }
    let count = |of: fn(&Owner) -> usize| owners.iter().map(of).sum::<usize>();
    println!(
        "{seconds} s: {} owners applied {} times, were outrun {} times and failed {} times; a \
         person saved {} edits in {} attempts",
        owners.len(),
        count(|owner| owner.applied),
        count(|owner| owner.outrun),
        count(|owner| owner.failed.len()),
        person.edits,
        person.attempts,
    );
    let lost = lost(cluster, &owners, &person);
    println!("lost: {}", if lost.is_empty() { "nothing" } else { &lost });
    let is_well = lost.is_empty() && count(|owner| owner.failed.len()) == 0;
    ExitCode::from(u8::from(!is_well))
}

/// All of them at once, until the end.
fn together(cluster: &Cluster, owners: usize, end: Instant) -> (Vec<Owner>, Person) {
    thread::scope(|scope| {
        let runs: Vec<_> = (0..owners)
            .map(|number| scope.spawn(move || apply(cluster, number, end)))
            .collect();
        let mut person = Person::default();
        while Instant::now() < end {
            let entry = format!(
                "- rolearn: {}\n  username: by-hand\n",
                by_hand(person.edits)
            );
            person.attempts += cluster.edit_by_hand("mapRoles", |text| format!("{text}{entry}"));
            person.edits += 1;
        }
        let owners = runs.into_iter().map(|run| run.join().expect("runs end"));
        (owners.collect(), person)
    })
}

/// An owner who wants other groups each time.
fn apply(cluster: &Cluster, number: usize, end: Instant) -> Owner {
    let mut owner = Owner {
        number,
        ..Owner::default()
    };
    for round in 0.. {
        if Instant::now() >= end {
            break;
        }
        let group = format!("round-{round}");
        let source = json!({
            "apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "owner": format!("owner-{number}"),
            "roles": [{ "rolearn": role(number), "username": "u", "groups": [group] }],
        });
        let file = format!("owner-{number}.json");
        let file = cluster.sandbox.write(file, source.to_string());
        let command = cluster.aws_auth_sync(&["apply"]).arg(file);
        let output = command.deadline(Duration::from_secs(300)).run();
        match output.code {
            Some(0) => {
                owner.applied += 1;
                owner.possible = BTreeSet::from([group]);
            }
            Some(4) => {
                owner.outrun += 1;
                owner.possible.insert(group);
            }
            _ => {
                owner.failed.push(output.stderr);
                owner.possible.insert(group);
            }
        }
    }
    owner
}

/// What is not there, or not as it should be, in words.
fn lost(cluster: &Cluster, owners: &[Owner], person: &Person) -> String {
    let live = cluster.aws_auth().expect("aws-auth is there");
    let text = |pointer: &str| {
        live.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let roles = text("/data/mapRoles");
    let mut lost = Vec::new();
    if !roles.starts_with(FIRST) || text("/data/other") != "kept" {
        lost.push("what was there first".to_owned());
    }
    let is_once = |arn: &str| roles.matches(&format!("rolearn: {arn}\n")).count() == 1;
    let edits = (0..person.edits).filter(|number| !is_once(&by_hand(*number)));
    lost.extend(edits.map(|number| format!("edit {number}")));
    for owner in owners {
        let arn = role(owner.number);
        let entry = roles.split(&format!("rolearn: {arn}\n")).nth(1);
        let entry = entry.and_then(|rest| rest.split("\n- ").next());
        let gives = |group: &String| {
            entry.is_some_and(|entry| {
                entry
                    .lines()
                    .any(|line| line.trim() == format!("- {group}"))
            })
        };
        let is_right = owner.possible.iter().any(gives) || owner.possible.is_empty();
        if !is_once(&arn) || !is_right {
            lost.push(format!("the entry of owner-{}", owner.number));
        }
    }
    lost.join(", ")
}

fn role(number: usize) -> String {
    format!("arn:aws:iam::111122223333:role/owner-{number}")
}

fn by_hand(number: usize) -> String {
    format!("arn:aws:iam::111122223333:role/by-hand-{number}")
}

/// What is there before all.
const FIRST: &str = "# nodes\n- rolearn: arn:aws:iam::111122223333:role/node\n  \
                     username: system:node:{{EC2PrivateDNSName}}\n  groups:\n  \
                     - system:bootstrappers\n  - system:nodes\n";
