//! What rows are measured with: a launcher that asks the kernel, and tools that count.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::row::{Row, Sample};
use crate::table::Figure;

pub(crate) struct Lab {
    directory: PathBuf,
    launcher: PathBuf,
}

/// How often the kernel was called.
pub(crate) struct SystemCalls {
    pub(crate) all: f64,
    pub(crate) opening: f64,
}

impl Lab {
    /// Builds the launcher into `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        fs::create_dir_all(directory).expect("the target directory is writable");
        let launcher = directory.join("launcher");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/side_by_side/launcher.c");
        run(Command::new("cc")
            .args(["-O2", "-static", "-o"])
            .arg(&launcher)
            .arg(source));
        Self {
            directory: directory.to_owned(),
            launcher,
        }
    }

    /// "hello world" for a target.
    pub(crate) fn hello(&self, target: &str) -> PathBuf {
        let source = self.directory.join("hello.rs");
        fs::write(&source, "fn main() {\n    println!(\"hello\");\n}\n").expect("writable");
        let program = self.directory.join(format!("hello-{target}"));
        run(Command::new("rustc")
            .args(["-O", "-C", "strip=symbols", "--target", target, "-o"])
            .arg(&program)
            .arg(&source));
        self.install(&program)
    }

    /// A copy of a program, written in one piece as an installation writes it. What a linker wrote
    /// bit by bit lies in the page cache in small pieces, and costs half as much again to start.
    pub(crate) fn install(&self, program: &Path) -> PathBuf {
        let name = program.file_name().expect("a program has a name");
        let installed = self.directory.join("installed").join(name);
        // Never over a file that runs, or that has the pieces of before.
        let _ = fs::remove_file(&installed);
        fs::create_dir_all(self.directory.join("installed"))
            .and_then(|()| fs::copy(program, &installed))
            .expect("the target directory is writable");
        installed
    }

    /// Runs all rows in turn, as often as `rounds` says, and twice before to warm the caches.
    pub(crate) fn measure(&self, mut rows: Vec<&mut Row>, rounds: usize) {
        for round in 0..rounds + 2 {
            for row in &mut rows {
                let sample = self.sample(row);
                if round >= 2 {
                    row.add(sample);
                }
            }
        }
    }

    fn sample(&self, row: &Row) -> Sample {
        let output = row
            .under(&self.launcher, &[])
            .stdin(Stdio::null())
            .output()
            .expect("the launcher starts");
        let line = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<f64> = line
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        match numbers[..] {
            [wall_us, cpu_us, rss_kib, status] if status == row.status => Sample {
                wall_us,
                cpu_us,
                rss_kib,
            },
            _ => panic!(
                "{} failed: {line}{}",
                row.name,
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }

    /// Where there is no valgrind: `None`.
    pub(crate) fn instructions(&self, row: &Row) -> Option<f64> {
        let options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let output = row.under(Path::new("valgrind"), &options).output().ok()?;
        let report = String::from_utf8_lossy(&output.stderr);
        let (_, count) = report.split_once("Collected :")?;
        count.split_whitespace().next()?.parse().ok()
    }

    /// The same as a figure without a bar.
    pub(crate) fn instructions_told(&self, row: &Row) -> Option<Figure> {
        let what = format!("{}: instructions", row.name);
        Some(Figure::new(
            &what,
            self.instructions(row)?,
            None,
            "callgrind",
        ))
    }

    /// Where there is no strace: `None`.
    pub(crate) fn system_calls(&self, row: &Row) -> Option<SystemCalls> {
        let trace = self.directory.join("strace.txt");
        let options = ["-f", "-o", trace.to_str()?];
        row.under(Path::new("strace"), &options).output().ok()?;
        let text = fs::read_to_string(&trace).ok()?;
        let calls: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(") = ") || line.contains(")  = "))
            .collect();
        let opening = calls.iter().filter(|line| line.contains(" open")).count();
        Some(SystemCalls {
            all: calls.len() as f64,
            opening: opening as f64,
        })
    }
}

/// A program as it is shipped: `cargo static`, this one alone.
pub(crate) fn static_program(name: &str) -> PathBuf {
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
        name,
    ]));
    let target_directory =
        std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    target_directory.join(target).join("release").join(name)
}

fn run(command: &mut Command) {
    let status = command
        .status()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} failed: {status}");
}
