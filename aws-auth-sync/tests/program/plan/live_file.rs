//! What `--live-file` reads.

use std::fs;

use serde_json::Value;

use crate::plan::{LIVE, SOURCE, run, sandbox, settle};
use crate::sandbox::{Sandbox, text};

#[test]
fn a_live_file_is_a_manifest_a_list_json_or_stdin() {
    let indented = LIVE
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect::<String>();
    let item = format!("- {}", indented.trim_start());
    let list =
        format!("kind: List\napiVersion: v1\nitems:\n- kind: Secret\n  apiVersion: v1\n{item}");
    let live: Value = serde_saphyr::from_str(LIVE).unwrap();
    let table = [list.clone(), live.to_string(), format!("{live:#}\n")];
    for text in table {
        let sandbox = Sandbox::with(&[("live.yaml", &text), ("f.yaml", SOURCE)]);
        let rendered = settle(&sandbox, &["--adopt"]);
        assert!(rendered.contains("user/Bob"), "{rendered}");
        let (stdout, _, code) = run(&sandbox, "plan", &[]);
        let nothing = "0 to add, 0 to change, 0 to remove, 3 foreign\n";
        assert_eq!((stdout.as_str(), code), (nothing, Some(0)), "{text}");
    }
    let sandbox = sandbox();
    let mut piped = sandbox.command(&["plan", "--adopt", "--live-file", "-", "f.yaml"]);
    piped.stdin(fs::File::open(sandbox.home.path().join("live.yaml")).unwrap());
    assert_eq!(piped.output().unwrap().status.code(), Some(2));
    let twice = sandbox.run(&["plan", "--live-file", "-", "-"]);
    assert_eq!(
        text(&twice.stderr),
        "aws-auth-sync: read stdin: it can be read only once\n"
    );
}

#[test]
fn a_live_file_that_is_of_no_use_is_an_error_with_its_place() {
    let record =
        |value: &str| LIVE.replace("note: kept", &format!("aws-auth-sync/owned.x: '{value}'"));
    let table = [
        ("a: [".to_owned(), "read live.yaml: not YAML"),
        (
            "kind: ConfigMap\n".to_owned(),
            "read live.yaml: there is no ConfigMap named aws-auth\nhint: kubectl get configmap aws-auth -n kube-system -o yaml writes one\n",
        ),
        (
            record("{}"),
            "read live.yaml: the annotation aws-auth-sync/owned.x of aws-auth is no record that this version reads: it is not such JSON\nhint: kubectl annotate configmap aws-auth -n kube-system aws-auth-sync/owned.x- forgets it; the owner's next apply --adopt makes it anew\n",
        ),
        (
            format!("{LIVE}---\nkind: Secret\n"),
            "edit live.yaml: line 27, column 1: a second document begins here\nhint: keep one document in a file\n",
        ),
        (
            LIVE.replace(
                "    - rolearn: arn:aws:iam::111122223333:role/dev",
                "    - &dev\n      rolearn: arn:aws:iam::111122223333:role/dev",
            )
            .replace("      - a\n", "      - a\n    - *dev\n"),
            "edit mapRoles of the live aws-auth: line 11, column 3: what stands here is referred to by an alias\nhint: write the value out where the alias stands, and remove the anchor\n",
        ),
    ];
    for (live, message) in table {
        let sandbox = Sandbox::with(&[("live.yaml", &live), ("f.yaml", SOURCE)]);
        let (stdout, stderr, code) = run(&sandbox, "render", &["--adopt"]);
        assert_eq!((stdout.as_str(), code), ("", Some(1)), "{stderr}");
        assert!(
            stderr.starts_with(&format!("aws-auth-sync: {message}")),
            "{stderr}"
        );
    }
}
