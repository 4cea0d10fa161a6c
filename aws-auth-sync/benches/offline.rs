//! lint, explain and plan over files of 1,000 to 30,000 entries: time has to grow as the entries do.
//!
//! 30,000 entries of this size are the most that a file of 4 MiB holds; 10,000 of them are more than
//! a cluster takes.

use std::fmt::Write as _;
use std::hint::black_box;

use aws_auth_sync::access_entries::AccessEntries;
use aws_auth_sync::combined::Combined;
use aws_auth_sync::desired::Desired;
use aws_auth_sync::explain::{Caller, Explanation, report};
use aws_auth_sync::guard::{Acknowledged, Facts, Overrides};
use aws_auth_sync::input::Input;
use aws_auth_sync::lint::{self, Settings};
use aws_auth_sync::live_file::LiveFile;
use aws_auth_sync::merge::Policy;
use aws_auth_sync::plan::{Draft, Wanted};
use aws_auth_sync::source;
use aws_auth_sync::subject::Subject;
use aws_auth_sync::warning::Entrance;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use iam_core::aws_auth::SsoRoleMatch;

fn input(entries: usize) -> Input {
    let mut text = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n",
    );
    for index in 0..entries {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "    - rolearn: arn:aws:iam::111122223333:role/r{index}\n      username: u{index}\n      groups:\n      - g{}\n",
            index % 50,
        );
    }
    Input {
        file: "aws-auth.yaml".into(),
        bytes: text.into_bytes(),
    }
}

/// From the texts of a source and of a live aws-auth to a plan, as `plan --live-file` goes.
fn plan(source: &Input, live: Input) {
    let mut findings = Vec::new();
    let sources = source::parse(source, &mut findings);
    let owner = "platform".parse().ok();
    let desired = Desired::new(sources, owner, &mut findings);
    let subjects = [Subject::read(source)];
    black_box(lint::check(&subjects, &Settings::default()));
    if let (Some(owner), Ok(file)) = (desired.owner.clone(), LiveFile::read(live)) {
        let wanted = Wanted {
            owner,
            desired,
            acknowledged: Acknowledged::default(),
            policy: Policy {
                adopt: true,
                prune: true,
            },
            overrides: Overrides::default(),
            caller: None,
            entrance: Entrance::default(),
        };
        if let Ok(draft) = Draft::new(&wanted, &file.live) {
            black_box(draft.guarded(&Facts::default(), None));
        }
    }
}

/// The same entries with other groups.
fn changed(input: &Input) -> Input {
    let text = String::from_utf8_lossy(&input.bytes).replace("- g", "- h");
    Input {
        file: input.file.clone(),
        bytes: text.into_bytes(),
    }
}

fn benchmark(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("offline");
    group.sample_size(10);
    for entries in [1_000, 10_000, 30_000] {
        let input = input(entries);
        group.throughput(Throughput::Elements(entries as u64));
        group.bench_with_input(
            BenchmarkId::new("lint", entries),
            &input,
            |bencher, input| {
                bencher.iter(|| {
                    let subjects = [Subject::read(input)];
                    black_box(lint::check(&subjects, &Settings::default()))
                });
            },
        );
        group.bench_with_input(
            BenchmarkId::new("explain", entries),
            &input,
            |bencher, input| {
                bencher.iter(|| {
                    let combined = Combined::new(&[Subject::read(input)]);
                    let entries = AccessEntries::default();
                    let explanation = Explanation::new(&combined, &entries, SsoRoleMatch::Off);
                    let caller = Caller {
                        arn: "arn:aws:sts::111122223333:assumed-role/r7/session".to_owned(),
                        ..Caller::default()
                    };
                    let verdict = explanation.verdict(&caller);
                    black_box(report::text(
                        &explanation,
                        &[verdict],
                        report::Told::Identity,
                    ))
                });
            },
        );
    }
    for entries in [1_000, 5_000, 10_000] {
        let source = input(entries);
        group.throughput(Throughput::Elements(entries as u64));
        let lives = [
            ("plan nothing", input(entries)),
            ("plan updates", changed(&source)),
            ("plan additions", input(0)),
        ];
        for (name, live) in lives {
            group.bench_with_input(BenchmarkId::new(name, entries), &live, |bencher, live| {
                bencher.iter(|| plan(&source, live.clone()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
