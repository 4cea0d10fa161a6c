//! The arrows between the crates, and what the pure crate may know.
//!
//! `docs/ARCHITECTURE.md` draws them; this fails when one is broken.

#![expect(
    clippy::indexing_slicing,
    reason = "an absent member of cargo's metadata is null, and no arrow"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each crate of the workspace may use of the workspace outside its tests.
const ARROWS: [(&str, &[&str]); 8] = [
    ("iam-core", &[]),
    ("iam-cli", &["iam-core"]),
    ("iam-aws", &["iam-core"]),
    ("token-exec", &["iam-aws", "iam-cli", "iam-core"]),
    ("kubeconfig-gen", &["iam-aws", "iam-cli", "iam-core"]),
    ("aws-auth-sync", &["iam-aws", "iam-cli", "iam-core"]),
    ("authz-webhook", &["iam-aws", "iam-cli", "iam-core"]),
    ("e2e", &["iam-core"]),
];

/// Every crate that may be linked into `iam-core`: none of them opens a socket, a file or a clock.
const PURE: [&str; 17] = [
    "arraydeque",
    "base64",
    "base64-simd",
    "granit-parser",
    "itoa",
    "jiff",
    "jiff-core",
    "memchr",
    "outref",
    "serde_core",
    "serde_json",
    "smallvec",
    "thiserror",
    "vsimd",
    "xmlparser",
    "zeroize",
    "zmij",
];

/// Words of the standard library that do I/O, read a clock or start a thread.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io::std",
    "std::os",
    "SystemTime::now",
    "Instant",
    "println!",
];

#[test]
fn programs_never_import_one_another() {
    let workspace = Workspace::load();
    let found: BTreeMap<&str, BTreeSet<&str>> = workspace
        .members()
        .map(|member| {
            (
                member,
                workspace
                    .normal_dependencies(member)
                    .filter(|name| workspace.is_member(name))
                    .collect(),
            )
        })
        .collect();
    let drawn: BTreeMap<&str, BTreeSet<&str>> = ARROWS
        .iter()
        .map(|(from, to)| (*from, to.iter().copied().collect()))
        .collect();
    assert_eq!(found, drawn, "an arrow of docs/ARCHITECTURE.md is broken");
}

#[test]
fn iam_core_reaches_only_crates_without_io() {
    let reached = linked_into("iam-core");
    let allowed: BTreeSet<String> = PURE.into_iter().map(str::to_owned).collect();
    let strangers: Vec<_> = reached.difference(&allowed).collect();
    assert!(
        strangers.is_empty(),
        "iam-core gained {strangers:?}: show that they do no I/O, then add them to PURE"
    );
    let gone: Vec<_> = allowed.difference(&reached).collect();
    assert!(
        gone.is_empty(),
        "PURE names crates that iam-core no longer reaches: {gone:?}"
    );
}

#[test]
fn iam_core_does_no_io_of_its_own() {
    let mut found = Vec::new();
    for path in rust_files(&root().join("iam-core/src")) {
        let text = fs::read_to_string(&path).expect("a source file is readable text");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "iam-core is pure:\n{}", found.join("\n"));
}

/// A plugin that everybody builds and ships stays small, and ring is its only crypto provider.
#[test]
fn token_exec_is_built_of_few_crates_and_of_one_crypto_provider() {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--prefix=none",
        "--format={p}",
        "--edges=normal,build",
        "--target=x86_64-unknown-linux-musl",
        "--package=token-exec",
    ]);
    let tree = String::from_utf8_lossy(&tree);
    let names: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.contains("ring"), "the tree is of something else");
    for provider in ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys"] {
        assert!(!names.contains(provider), "{provider} is in the tree");
    }
    assert!(names.len() <= 160, "{} crates", names.len());
}

/// The crates that end up in whoever links `name`, macros aside.
fn linked_into(name: &str) -> BTreeSet<String> {
    let arguments = ["tree", "--locked", "--prefix=none", "--format={p}"];
    let tree = cargo(
        &[
            &arguments[..],
            &["--edges=normal,no-proc-macro", "--package", name],
        ]
        .concat(),
    );
    String::from_utf8_lossy(&tree)
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|crate_name| *crate_name != name)
        .map(str::to_owned)
        .collect()
}

/// What cargo prints on stdout.
fn cargo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

struct Workspace(Value);

impl Workspace {
    fn load() -> Self {
        let metadata = cargo(&["metadata", "--format-version=1", "--locked"]);
        Self(serde_json::from_slice(&metadata).expect("cargo metadata prints JSON"))
    }

    fn members(&self) -> impl Iterator<Item = &str> {
        list(&self.0["workspace_members"]).filter_map(|id| self.name_of(id.as_str()?))
    }

    fn is_member(&self, name: &str) -> bool {
        self.members().any(|member| member == name)
    }

    /// Names of what `name` links outside its tests and its build script.
    fn normal_dependencies(&self, name: &str) -> impl Iterator<Item = &str> {
        list(&self.0["resolve"]["nodes"])
            .filter(move |node| node["id"].as_str().and_then(|id| self.name_of(id)) == Some(name))
            .flat_map(|node| list(&node["deps"]))
            .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()))
            .filter_map(|dependency| self.name_of(dependency["pkg"].as_str()?))
    }

    fn name_of(&self, id: &str) -> Option<&str> {
        list(&self.0["packages"]).find(|package| package["id"] == id)?["name"].as_str()
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
        .to_owned()
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("the folder is there") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
