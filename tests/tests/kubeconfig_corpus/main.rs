//! kubeconfig-gen edits hostile kubeconfigs, and kubectl, PyYAML and ruamel.yaml read in each what
//! they read before, and the new entries alike.

mod files;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use e2e::support::command::Output;
use e2e::support::control_plane::binaries;
use e2e::support::programs::Program;
use e2e::support::python;
use e2e::support::sandbox::Sandbox;
use e2e::support::skip::skip;

use files::{FILES, Fate};

const ARN: &str = "arn:aws:eks:us-west-2:111122223333:cluster/demo";

#[test]
fn every_reader_reads_what_it_read_before_and_the_new_entries() {
    let Some(binaries) = binaries::for_tests() else {
        return;
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("kubeconfig-readers");
    let python = match python::with_packages(&directory.join("requirements.txt")) {
        Ok(python) => python,
        Err(error) => return skip("the readers of kubeconfigs", &error.to_string()),
    };
    let sandbox = Sandbox::new("corpus");
    let edited = FILES
        .iter()
        .filter(|(name, fate, text)| edit(&sandbox, name, *fate, text));
    let edited = edited.count();
    let compare = sandbox
        .command(python)
        .arg(directory.join("compare.py"))
        .arg(binaries.kubectl())
        .args([ARN])
        .arg(sandbox.path());
    let compare = compare.deadline(std::time::Duration::from_secs(300));
    let report: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&compare.succeed().stdout).expect("a report");
    assert_eq!(report.len(), edited);
    let faults: Vec<_> = report
        .iter()
        .filter(|(_, faults)| !faults.is_empty())
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(FILES.len() >= 60);
}

/// Lets a file meet its fate: whether it was edited.
fn edit(sandbox: &Sandbox, name: &str, fate: Fate, text: &str) -> bool {
    sandbox.write(format!("before/{name}"), text);
    let file = sandbox.write(format!("after/{name}"), text);
    let first = update(sandbox, &file);
    let after = fs::read(&file).expect("the file is there");
    match fate {
        Fate::Edited => {
            assert_eq!(first.code, Some(0), "{name}: {}", first.stderr);
            assert_eq!(update(sandbox, &file).code, Some(0), "{name}");
            assert_eq!(
                fs::read(&file).expect("the file is there"),
                after,
                "{name}, twice"
            );
            true
        }
        Fate::Refused(line, column) => {
            let place = format!("kubeconfig-gen: {}:{line}:{column}: ", file.display());
            assert!(first.stderr.starts_with(&place), "{name}: {}", first.stderr);
            assert!(
                first.stderr.contains("\nhint: "),
                "{name}: {}",
                first.stderr
            );
            assert_eq!(
                (first.code, after.as_slice()),
                (Some(1), text.as_bytes()),
                "{name}"
            );
            fs::remove_file(&file).expect("the file is there");
            false
        }
    }
}

fn update(sandbox: &Sandbox, file: &Path) -> Output {
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/describe-cluster.json"
    );
    let command = sandbox.command(Program::KubeconfigGen);
    let command = command.args(["update", "--from-file", example, "--kubeconfig"]);
    command.arg(file).run()
}
