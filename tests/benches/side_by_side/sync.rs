//! aws-auth-sync as a whole process: over many entries, and over texts that are made to cost much.

use std::fmt::Write as _;
use std::path::Path;

use e2e::support::programs::target_dir;

use crate::client::lab::{self, Lab};
use crate::client::row::{Row, cpu, wall};
use crate::table::{Figure, at_most};

/// What a command may take for 10,000 entries, and how it grows.
struct Task {
    what: &'static str,
    /// Milliseconds for 10,000 entries.
    bar: f64,
    /// Over 1,000 entries, 10,000, and where it takes files of many, 100,000.
    rows: Vec<Row>,
}

pub(crate) fn figures(rounds: usize) -> Vec<Figure> {
    let lab = Lab::new(&target_dir().join("bench"));
    let program = lab.install(&lab::static_program("aws-auth-sync"));
    let mut tasks = [lint(&program), explain(&program), plan(&program)];
    let mut hostile: Vec<Row> = hostile_texts()
        .into_iter()
        .map(|(name, text)| refused(&program, name, &text))
        .collect();
    let rows = tasks.iter_mut().flat_map(|task| &mut task.rows);
    lab.measure(rows.chain(&mut hostile).collect(), rounds);
    let rows = tasks.iter().flat_map(|task| &task.rows);
    let mut figures: Vec<Figure> = rows.chain(&hostile).map(Row::absolute).collect();
    figures.extend(tasks.iter().flat_map(Task::bars));
    for row in &hostile {
        let milliseconds = row.median_of(cpu) / 1e3;
        figures.extend([
            at_most(
                REFUSED,
                format!("{}: cpu ms", row.name),
                milliseconds,
                "median",
            ),
            memory(row),
        ]);
    }
    let counted = tasks.iter().filter_map(|task| task.rows.get(1));
    figures.extend(counted.filter_map(|row| lab.instructions_told(row)));
    figures
}

impl Task {
    fn bars(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        if let Some(many) = self.rows.get(1) {
            let what = format!("{} of 10,000 entries: wall ms", self.what);
            figures.push(at_most(
                self.bar,
                &what,
                many.median_of(wall) / 1e3,
                "median",
            ));
            figures.push(memory(many));
        }
        for pair in self.rows.windows(2) {
            if let [less, more] = pair {
                let what = format!("{}: cpu / {}", more.name, less.name);
                figures.push(at_most(
                    GROWTH,
                    &what,
                    more.over(less, cpu),
                    "ten times as many",
                ));
            }
        }
        figures
    }
}

fn memory(row: &Row) -> Figure {
    let what = format!("{}: peak RSS, MiB", row.name);
    at_most(MEMORY, &what, row.peak_mib(), "median")
}

fn lint(program: &Path) -> Task {
    let row = |name, files| over(program, name, files, &["lint"]);
    Task {
        what: "lint",
        bar: 200.0,
        rows: vec![
            row("lint, 1,000 entries", 1),
            row("lint, 10,000 entries", 10),
            row("lint, 100,000 entries in 10 files", 100),
        ],
    }
}

fn explain(program: &Path) -> Task {
    let caller = "arn:aws:sts::111122223333:assumed-role/role-7/session";
    let row = |name, files| over(program, name, files, &["explain", "--arn", caller]);
    Task {
        what: "explain",
        bar: 50.0,
        rows: vec![
            row("explain, 1,000 entries", 1),
            row("explain, 10,000 entries", 10),
            row("explain, 100,000 entries in 10 files", 100),
        ],
    }
}

/// Every entry is there with other groups, and nobody's.
fn plan(program: &Path) -> Task {
    let row = |name, thousands| {
        let row = over(
            program,
            name,
            thousands,
            &["plan", "--owner", "us", "--adopt"],
        );
        let live = manifest(0..thousands * 1_000, "before");
        let live = row.sandbox.write("home/live.yaml", live);
        // 2: there is something to change.
        row.args(["--live-file"]).args([live]).ending(2)
    };
    Task {
        what: "plan",
        bar: 300.0,
        rows: vec![
            row("plan, 1,000 entries", 1),
            row("plan, 10,000 entries", 10),
        ],
    }
}

/// A command over a directory of so many thousand entries, 10,000 in a file.
fn over(program: &Path, name: &'static str, thousands: usize, words: &[&str]) -> Row {
    let row = Row::new(name, program).args(words.iter().copied());
    let entries = thousands * 1_000;
    for begin in (0..entries).step_by(10_000) {
        let text = manifest(begin..entries.min(begin + 10_000), "after");
        row.sandbox.write(format!("home/files/{begin}.yaml"), text);
    }
    let files = row.sandbox.path().join("home/files");
    row.args([files])
}

fn refused(program: &Path, name: &'static str, text: &str) -> Row {
    let row = Row::new(name, program).args(["lint"]);
    let file = row.sandbox.write("home/hostile.yaml", text);
    let is_too_large = text.len() > 4 << 20;
    row.args([file]).ending(if is_too_large { 1 } else { 3 })
}

/// An aws-auth with an entry for each of these numbers: 10,000 take just less than a mebibyte.
fn manifest(numbers: std::ops::Range<usize>, group: &str) -> String {
    let mut text = String::from(ENVELOPE);
    for number in numbers {
        let _ = write!(
            text,
            "    - rolearn: arn:aws:iam::111122223333:role/role-{number}\n      username: u{number}\n      groups:\n      - {group}\n",
        );
    }
    text
}

/// What somebody sends who means harm.
fn hostile_texts() -> [(&'static str, String); 6] {
    let laughs = ('b'..='i').fold(
        "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned(),
        |text, name| {
            let before = char::from_u32(u32::from(name) - 1).unwrap_or('a');
            let aliases = vec![format!("*{before}"); 9].join(", ");
            format!("{text}{name}: &{name} [{aliases}]\n")
        },
    );
    let embedded = laughs.replace('\n', "\n    ");
    [
        ("an alias bomb", laughs),
        (
            "an alias bomb in mapRoles",
            format!("{ENVELOPE}    {embedded}\n"),
        ),
        ("a million brackets", "[".repeat(1_000_000)),
        ("a million dashes", format!("{}x\n", "- ".repeat(1_000_000))),
        ("4 MiB of anchors", "- &a x\n".repeat(590_000)),
        ("10 MiB", "- rolearn: x\n".repeat((10 << 20) / 13)),
    ]
}

const ENVELOPE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n";
/// Milliseconds until a hostile text is refused.
const REFUSED: f64 = 300.0;
/// Mebibytes.
const MEMORY: f64 = 100.0;
/// For ten times as many entries: linear, with some room for caches that are finite.
const GROWTH: f64 = 15.0;
