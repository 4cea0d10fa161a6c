//! token-exec as a whole process beside "hello world", aws-iam-authenticator and the AWS CLI, in
//! one interleaved run.

mod kubectl;
pub(crate) mod lab;
pub(crate) mod row;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use e2e::support::programs::target_dir;
use e2e::support::{authenticator, python};
use iam_core::error_chain::ErrorChain;

use crate::table::{Bar, Figure, at_most};
use lab::Lab;
use row::{Row, cpu, wall};

/// The rows of one run.
struct Client {
    hello: Row,
    hello_musl: Row,
    environment: Row,
    profile: Row,
    many_profiles: Row,
    over_http: Vec<Row>,
    over_https: Row,
    kept: Row,
    authenticator: Option<Row>,
    aws_cli: Option<Row>,
}

pub(crate) fn figures(rounds: usize) -> Vec<Figure> {
    let lab = Lab::new(&target_dir().join("bench"));
    let program = lab.install(&lab::static_program("token-exec"));
    let authenticator = authenticator().map(|program| lab.install(&program));
    let mut client = Client::new(&lab, &program, authenticator.as_deref());
    lab.measure(client.rows_mut(), rounds);
    let mut figures: Vec<Figure> = client.rows().into_iter().map(Row::absolute).collect();
    figures.extend(client.beside_hello());
    figures.extend(client.memory());
    figures.extend(client.beside_peers());
    figures.extend(client.counted(&lab));
    let bytes = fs::metadata(&program).expect("the program was built").len() as f64;
    let mib = bytes / 1_048_576.0;
    figures.push(at_most(8.0, "token-exec: binary, MiB", mib, "stripped"));
    let authenticator = authenticator.as_deref();
    figures.extend(kubectl::figures(&lab, &program, authenticator, rounds));
    figures
}

impl Client {
    fn new(lab: &Lab, program: &Path, authenticator: Option<&Path>) -> Self {
        let hello = |name, target| Row::new(name, &lab.hello(target));
        let peer = |name, program: &Path, words: &[&str]| {
            Row::new(name, program)
                .args(words.iter().copied())
                .with_keys()
        };
        Self {
            hello: hello("hello, glibc", "x86_64-unknown-linux-gnu"),
            hello_musl: hello("hello, musl static-PIE", "x86_64-unknown-linux-musl"),
            environment: sources::environment(program),
            profile: sources::profile(program),
            many_profiles: sources::many_profiles(program),
            over_http: sources::over_http(program),
            over_https: sources::over_https(program),
            kept: sources::kept(program),
            authenticator: authenticator.map(|program| {
                let words = ["token", "-i", "c"];
                // valgrind falls over the signals by which Go's scheduler interrupts its threads.
                peer("aws-iam-authenticator token", program, &words)
                    .env("GODEBUG", "asyncpreemptoff=1")
            }),
            aws_cli: aws_cli().map(|python| {
                let words = ["-m", "awscli", "eks", "get-token", "--cluster-name", "c"];
                peer("aws eks get-token", &python, &words)
            }),
        }
    }

    /// In the order of a round.
    fn rows_mut(&mut self) -> Vec<&mut Row> {
        let floors = [&mut self.hello, &mut self.hello_musl];
        let settings = [
            &mut self.environment,
            &mut self.profile,
            &mut self.many_profiles,
        ];
        let services = self.over_http.iter_mut().chain([&mut self.over_https]);
        floors
            .into_iter()
            .chain(settings)
            .chain([&mut self.kept])
            .chain(services)
            .chain(&mut self.authenticator)
            .chain(&mut self.aws_cli)
            .collect()
    }

    fn rows(&self) -> Vec<&Row> {
        let mut rows = vec![&self.hello, &self.hello_musl];
        rows.extend(self.paths());
        rows.extend(&self.authenticator);
        rows.extend(&self.aws_cli);
        rows
    }

    /// token-exec in every situation.
    fn paths(&self) -> Vec<&Row> {
        let mut rows = vec![
            &self.environment,
            &self.profile,
            &self.many_profiles,
            &self.kept,
        ];
        rows.extend(&self.over_http);
        rows.push(&self.over_https);
        rows
    }

    fn beside_hello(&self) -> Vec<Figure> {
        let mut bars = vec![
            (&self.environment, 0.75),
            (&self.profile, 1.0),
            (&self.many_profiles, 2.5),
        ];
        bars.extend(self.over_http.iter().map(|row| (row, 2.5)));
        bars.push((&self.over_https, 4.5));
        let ratio = |(row, bar): (&Row, f64)| {
            let what = format!("{}: cpu / hello", row.name);
            at_most(bar, &what, row.over(&self.hello, cpu), PAIRS)
        };
        let mut figures: Vec<Figure> = bars.into_iter().map(ratio).collect();
        let what = format!("{}: cpu / environment keys", self.kept.name);
        let kept = self.kept.over(&self.environment, cpu);
        figures.push(at_most(1.2, &what, kept, PAIRS));
        figures
    }

    fn memory(&self) -> Vec<Figure> {
        let least = self.environment.peak_mib();
        let most = self.paths().into_iter().map(Row::peak_mib);
        let most = most.fold(least, f64::max);
        vec![
            at_most(4.0, "environment keys: peak RSS, MiB", least, ""),
            at_most(8.0, "the largest path: peak RSS, MiB", most, ""),
        ]
    }

    fn beside_peers(&self) -> Vec<Figure> {
        let ours = &self.environment;
        let mut figures = Vec::new();
        if let Some(peer) = &self.authenticator {
            let name = "aws-iam-authenticator";
            let peak = |sample: &row::Sample| sample.rss_kib;
            figures.extend([
                beside(name, "wall", peer.over(ours, wall), 12.0),
                beside(name, "cpu", peer.over(ours, cpu), 12.0),
                beside(name, "peak RSS", peer.over(ours, peak), 6.0),
            ]);
        }
        if let Some(peer) = &self.aws_cli {
            figures.extend([
                beside("AWS CLI", "wall", peer.over(ours, wall), 250.0),
                beside("AWS CLI", "cpu", peer.over(ours, cpu), 350.0),
            ]);
        }
        figures
    }

    /// What does not depend on the machine's speed: instructions, system calls, files.
    fn counted(&self, lab: &Lab) -> Vec<Figure> {
        let mut figures = Vec::new();
        let ours = lab.instructions(&self.environment);
        if let Some(ours) = ours {
            let what = "environment keys: instructions";
            figures.push(at_most(450_000.0, what, ours, "callgrind"));
        }
        if let Some(calls) = lab.system_calls(&self.environment) {
            let what = "environment keys: system calls";
            figures.push(at_most(40.0, what, calls.all, "strace"));
            let what = "environment keys: files opened";
            figures.push(at_most(0.0, what, calls.opening, "strace"));
        }
        let paths = self.paths();
        let others = paths.into_iter().skip(1);
        figures.extend(others.filter_map(|row| lab.instructions_told(row)));
        let theirs = self.authenticator.as_ref();
        let theirs = theirs.and_then(|row| lab.instructions(row));
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            let name = "aws-iam-authenticator";
            figures.push(beside(name, "instructions", theirs / ours, 80.0));
        }
        figures
    }
}

/// How many times as much a peer takes.
pub(crate) fn beside(peer: &str, what: &str, times: f64, bar: f64) -> Figure {
    let what = format!("{peer}: {what} / ours");
    Figure::new(&what, times, Some(Bar::AtLeast(bar)), PAIRS)
}

/// The peer in Go; without Go its rows are left out.
fn authenticator() -> Option<PathBuf> {
    authenticator::prepare()
        .inspect_err(|error| eprintln!("without aws-iam-authenticator: {}", ErrorChain(error)))
        .ok()
}

/// The Python that runs the AWS CLI of the tests' virtual environment; without one its rows are
/// left out.
pub(crate) fn aws_cli() -> Option<PathBuf> {
    let requirements =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("outside-signers/requirements.txt");
    python::with_packages(&requirements)
        .inspect_err(|error| eprintln!("without the AWS CLI: {error}"))
        .ok()
}

pub(crate) const PAIRS: &str = "median of pairs";
