//! lint and explain over 1,000 to 100,000 entries, plan over as many as a ConfigMap holds: time has to
//! grow as the entries do.
//!
//! 10,000 entries are in a file; they are more than a cluster takes. `cargo bench -p e2e --bench
//! side_by_side -- sync` measures the same as whole processes, with their memory.

use std::fmt::Write as _;
use std::hint::black_box;
use std::ops::Range;

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

/// Files of 10,000 entries.
fn inputs(entries: usize) -> Vec<Input> {
    let begins = (0..entries).step_by(10_000);
    begins
        .map(|begin| input(begin..entries.min(begin + 10_000)))
        .collect()
}

fn input(entries: Range<usize>) -> Input {
    let mut text = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n",
    );
    for index in entries {
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
            reviewed: Vec::new(),
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
    for entries in [1_000, 10_000, 100_000] {
        let inputs = inputs(entries);
        group.throughput(Throughput::Elements(entries as u64));
        group.bench_with_input(
            BenchmarkId::new("lint", entries),
            &inputs,
            |bencher, inputs| {
                bencher.iter(|| {
                    let subjects: Vec<Subject> = inputs.iter().map(Subject::read).collect();
                    black_box(lint::check(&subjects, &Settings::default()))
                });
            },
        );
        group.bench_with_input(
            BenchmarkId::new("explain", entries),
            &inputs,
            |bencher, inputs| {
                bencher.iter(|| {
                    let subjects: Vec<Subject> = inputs.iter().map(Subject::read).collect();
                    let combined = Combined::of(subjects);
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
        let source = input(0..entries);
        group.throughput(Throughput::Elements(entries as u64));
        let lives = [
            ("plan nothing", input(0..entries)),
            ("plan updates", changed(&source)),
            ("plan additions", input(0..0)),
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
