//! token-exec as a whole process beside "hello world" and the AWS CLI, in one interleaved run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::table::{Bar, Figure, median};

/// Made-up keys: nothing in this benchmark leaves the machine.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    (
        "AWS_SECRET_ACCESS_KEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ),
    ("AWS_REGION", "us-west-2"),
    ("AWS_DEFAULT_REGION", "us-west-2"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"),
];

struct Row {
    name: &'static str,
    words: Vec<String>,
    keys_in_profile: bool,
    samples: Vec<Sample>,
}

struct Sample {
    wall_us: f64,
    cpu_us: f64,
    rss_kib: f64,
}

pub(crate) struct Lab {
    directory: PathBuf,
    launcher: PathBuf,
}

impl Lab {
    /// Builds the launcher into `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        for home in ["home/.aws", "empty-home"] {
            fs::create_dir_all(directory.join(home)).expect("the target directory is writable");
        }
        let launcher = directory.join("launcher");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/side_by_side/launcher.c");
        run(Command::new("cc")
            .args(["-O2", "-static", "-o"])
            .arg(&launcher)
            .arg(source));
        let [key, secret, region, ..] = ENVIRONMENT;
        let profile = format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = {}\n",
            key.1, secret.1, region.1
        );
        fs::write(directory.join("home/.aws/credentials"), profile).expect("writable");
        Self {
            directory: directory.to_owned(),
            launcher,
        }
    }

    pub(crate) fn figures(&self, aws_cli: Option<&Path>, rounds: usize) -> Vec<Figure> {
        let token_exec = static_token_exec();
        let mut rows = vec![
            self.hello("hello, glibc", "x86_64-unknown-linux-gnu"),
            self.hello("hello, musl static-PIE", "x86_64-unknown-linux-musl"),
            Row::new(
                "token-exec, environment keys",
                get_token(&token_exec),
                false,
            ),
            Row::new("token-exec, profile keys", get_token(&token_exec), true),
        ];
        if let Some(aws) = aws_cli {
            let words = [
                &aws.display().to_string(),
                "eks",
                "get-token",
                "--cluster-name",
                "c",
            ];
            rows.push(Row::new(
                "aws eks get-token",
                words.map(str::to_owned).to_vec(),
                false,
            ));
        }
        for round in 0..rounds + 2 {
            for row in &mut rows {
                let sample = self.sample(row);
                // The first two rounds only warm the caches.
                if round >= 2 {
                    row.samples.push(sample);
                }
            }
        }
        let mut figures = absolute(&rows);
        figures.extend(relative(&rows));
        figures.extend(self.counted(&rows[2], &token_exec));
        figures
    }

    fn hello(&self, name: &'static str, target: &str) -> Row {
        let source = self.directory.join("hello.rs");
        fs::write(&source, "fn main() {\n    println!(\"hello\");\n}\n").expect("writable");
        let program = self.directory.join(format!("hello-{target}"));
        run(Command::new("rustc")
            .args(["-O", "-C", "strip=symbols", "--target", target, "-o"])
            .arg(&program)
            .arg(&source));
        Row::new(name, vec![program.display().to_string()], false)
    }

    fn sample(&self, row: &Row) -> Sample {
        let output = self
            .command(&self.launcher, row)
            .args(&row.words)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .output()
            .expect("the launcher starts");
        let line = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<f64> = line
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        match numbers[..] {
            [wall_us, cpu_us, rss_kib, 0.0] => Sample {
                wall_us,
                cpu_us,
                rss_kib,
            },
            _ => panic!("{} failed: {line}", row.name),
        }
    }

    /// What does not depend on the machine's speed: instructions, system calls, files, bytes.
    fn counted(&self, row: &Row, program: &Path) -> Vec<Figure> {
        let mut figures = Vec::new();
        if let Some(instructions) = self.instructions(row) {
            let bar = Some(Bar::AtMost(450_000.0));
            figures.push(Figure::new(
                "environment keys: instructions",
                instructions,
                bar,
                "callgrind",
            ));
        }
        if let Some((calls, opened)) = self.system_calls(row) {
            let bar = Some(Bar::AtMost(40.0));
            figures.push(Figure::new(
                "environment keys: system calls",
                calls,
                bar,
                "strace",
            ));
            let bar = Some(Bar::AtMost(0.0));
            figures.push(Figure::new(
                "environment keys: files opened",
                opened,
                bar,
                "strace",
            ));
        }
        let bytes = fs::metadata(program).expect("the program was built").len() as f64;
        let bar = Some(Bar::AtMost(8.0));
        figures.push(Figure::new(
            "token-exec: binary, MiB",
            bytes / 1_048_576.0,
            bar,
            "stripped",
        ));
        figures
    }

    fn instructions(&self, row: &Row) -> Option<f64> {
        let output = self
            .command(Path::new("valgrind"), row)
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .args(&row.words)
            .output()
            .ok()?;
        let report = String::from_utf8_lossy(&output.stderr).into_owned();
        let (_, count) = report.split_once("Collected :")?;
        count.split_whitespace().next()?.parse().ok()
    }

    fn system_calls(&self, row: &Row) -> Option<(f64, f64)> {
        let trace = self.directory.join("strace.txt");
        self.command(Path::new("strace"), row)
            .args(["-f", "-o"])
            .arg(&trace)
            .args(&row.words)
            .output()
            .ok()?;
        let text = fs::read_to_string(&trace).ok()?;
        let calls: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(") = ") || line.contains(")  = "))
            .collect();
        let opened = calls.iter().filter(|line| line.contains(" open")).count();
        Some((calls.len() as f64, opened as f64))
    }

    fn command(&self, program: &Path, row: &Row) -> Command {
        let mut command = Command::new(program);
        let (home, skipped) = match row.keys_in_profile {
            true => ("home", 2),
            false => ("empty-home", 0),
        };
        command
            .env_clear()
            .env("HOME", self.directory.join(home))
            .env("PATH", "/usr/bin:/bin");
        command.envs(ENVIRONMENT.iter().skip(skipped).copied());
        command
    }
}

impl Row {
    fn new(name: &'static str, words: Vec<String>, keys_in_profile: bool) -> Self {
        Self {
            name,
            words,
            keys_in_profile,
            samples: Vec::new(),
        }
    }

    fn median_of(&self, of: fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(of).collect())
    }
}

fn absolute(rows: &[Row]) -> Vec<Figure> {
    rows.iter()
        .map(|row| {
            let note = format!(
                "wall µs; cpu {:.0} µs, peak RSS {:.1} MiB, {} rounds",
                row.median_of(|sample| sample.cpu_us),
                row.median_of(|sample| sample.rss_kib) / 1024.0,
                row.samples.len(),
            );
            Figure::new(row.name, row.median_of(|sample| sample.wall_us), None, note)
        })
        .collect()
}

fn relative(rows: &[Row]) -> Vec<Figure> {
    let [hello, _, token, profile, rest @ ..] = rows else {
        return Vec::new();
    };
    let cpu = |sample: &Sample| sample.cpu_us;
    let mut figures = vec![
        Figure::new(
            "environment keys: cpu / hello",
            ratio(token, hello, cpu),
            Some(Bar::AtMost(0.75)),
            "median of pairs",
        ),
        Figure::new(
            "profile keys: cpu / hello",
            ratio(profile, hello, cpu),
            Some(Bar::AtMost(1.0)),
            "median of pairs",
        ),
        Figure::new(
            "environment keys: peak RSS, MiB",
            token.median_of(|sample| sample.rss_kib) / 1024.0,
            Some(Bar::AtMost(4.0)),
            "",
        ),
    ];
    if let [aws] = rest {
        let wall = |sample: &Sample| sample.wall_us;
        figures.push(Figure::new(
            "AWS CLI: wall / ours",
            ratio(aws, token, wall),
            Some(Bar::AtLeast(250.0)),
            "median of pairs",
        ));
        figures.push(Figure::new(
            "AWS CLI: cpu / ours",
            ratio(aws, token, cpu),
            Some(Bar::AtLeast(350.0)),
            "median of pairs",
        ));
    }
    figures
}

/// The median over the rounds of `a` over `b` in the same round.
fn ratio(a: &Row, b: &Row, of: fn(&Sample) -> f64) -> f64 {
    median(
        a.samples
            .iter()
            .zip(&b.samples)
            .map(|(a, b)| of(a) / of(b))
            .collect(),
    )
}

fn get_token(program: &Path) -> Vec<String> {
    [&program.display().to_string(), "--cluster-name", "c"]
        .map(str::to_owned)
        .to_vec()
}

/// The program as it is shipped: `cargo static`, this one alone.
fn static_token_exec() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("in the workspace");
    let target = "x86_64-unknown-linux-musl";
    run(Command::new(env!("CARGO")).current_dir(root).args([
        "build",
        "--locked",
        "--release",
        "--target",
        target,
        "--package",
        "token-exec",
    ]));
    let target_directory =
        std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    target_directory.join(target).join("release/token-exec")
}

fn run(command: &mut Command) {
    let status = command
        .status()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} failed: {status}");
}
