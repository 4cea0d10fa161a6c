//! Micro-benchmarks of the webhook: programs of its own crate that print a line per figure.

use std::path::Path;
use std::process::Command;

/// What one printed.
pub(crate) struct Printed(String);

/// Runs the benchmark of this name.
pub(crate) fn of_webhook(name: &str) -> Printed {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("in the workspace");
    let bench = ["bench", "--quiet", "--locked", "--package", "authz-webhook"];
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(bench)
        .args(["--bench", name])
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Printed(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Printed {
    /// The nanoseconds behind a name.
    pub(crate) fn nanoseconds(&self, name: &str) -> f64 {
        let Self(printed) = self;
        let mut lines = printed.lines();
        lines
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
            .unwrap_or_else(|| panic!("no figure for {name} in:\n{printed}"))
    }
}
