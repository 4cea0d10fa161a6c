//! Input and arguments that are refused, and nothing is written.

use std::fs;

use crate::sandbox::{Sandbox, text};

#[test]
fn a_file_that_kubectl_cannot_read_is_left_alone() {
    let sandbox = Sandbox::with_certificate();
    let update = [
        "update",
        "--from-file",
        "demo.json",
        "--kubeconfig",
        "config",
    ];
    let mend = "kubectl does not read this file either: mend it; nothing was written";
    let table = [
        (
            "a: [",
            "1:4: unclosed bracket '['",
            "mend the file; nothing was written",
        ),
        (
            "- a\n",
            "1:1: the kubeconfig is a list, where kubectl wants a mapping",
            mend,
        ),
        (
            "users:\n- name: on\n",
            "2:9: name is a boolean, where kubectl wants text",
            mend,
        ),
        (
            "a: b\n---\nc: d\n",
            "2:1: a second document begins here",
            "keep one document in a file",
        ),
        (
            "clusters: []\nclusters: []\n",
            "2:1: the key stands in this mapping twice, first in line 1",
            "remove one of the two",
        ),
    ];
    for (content, message, hint) in table {
        fs::write(sandbox.path("config"), content).unwrap();
        for extra in [&[][..], &["--dry-run"]] {
            let output = sandbox.run(&[&update[..], extra].concat());
            let said = text(&output.stderr);
            assert!(said.ends_with(&format!("\nhint: {hint}\n")), "{said}");
            let place = message.split_once(": ").map_or(message, |(place, _)| place);
            assert!(
                said.starts_with(&format!("kubeconfig-gen: config:{place}: ")),
                "{said}"
            );
            assert!(said.contains(message), "{said}");
            assert_eq!((text(&output.stdout), output.status.code()), ("", Some(1)));
            assert_eq!(fs::read_to_string(sandbox.path("config")).unwrap(), content);
        }
    }
    assert_eq!(sandbox.files(), ["ca.pem", "config", "demo.json"]);
}

/// Runs `update`; it must fail with this message, print nothing and write nothing.
fn assert_refused(sandbox: &Sandbox, arguments: &[&str], message: &str) {
    let files = sandbox.files();
    let output = sandbox.run(&[&["update"], arguments].concat());
    assert_eq!(text(&output.stderr), format!("kubeconfig-gen: {message}\n"));
    assert_eq!(
        (text(&output.stdout), output.status.code()),
        ("", Some(1)),
        "{arguments:?}"
    );
    assert_eq!(sandbox.files(), files, "{arguments:?}");
}

#[test]
fn a_bad_description_is_one_error_that_says_where_and_nothing_is_written() {
    let sandbox = Sandbox::with_certificate();
    let creating = fs::read_to_string(sandbox.path("demo.json"))
        .unwrap()
        .replace("ACTIVE", "CREATING");
    fs::write(sandbox.path("creating.json"), creating).unwrap();
    fs::write(sandbox.path("cut.json"), "{\n  \"cluster\": {").unwrap();
    fs::write(sandbox.path("bytes.json"), b"{\"\xff\"}").unwrap();
    fs::write(sandbox.path("large.json"), vec![b' '; 1 + (1 << 20)]).unwrap();
    let table = [
        (
            "creating.json",
            "creating.json:5:19: Cluster status is CREATING; it must be ACTIVE or UPDATING\nhint: \
             aws eks wait cluster-active --name demo --region us-west-2, then describe it again",
        ),
        ("cut.json", "cut.json:2:14: EOF while parsing an object"),
        ("bytes.json", "bytes.json:1:3: this is not UTF-8"),
        (
            "none.json",
            "read none.json: No such file or directory (os error 2)",
        ),
        (
            "large.json",
            "read large.json: it is larger than 1048576 bytes",
        ),
    ];
    for (file, message) in table {
        assert_refused(&sandbox, &["--from-file", file], message);
    }
    assert_refused(
        &sandbox,
        &["--from-file", "demo.json", "--name", "prod"],
        "demo.json describes cluster arn:aws:eks:us-west-2:111122223333:cluster/demo, not prod\n\
         hint: describe the other cluster, or leave --name out",
    );
}

#[test]
fn bad_certificates_are_one_error_that_says_where_and_nothing_is_written() {
    let sandbox = Sandbox::with_certificate();
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let certificate = fs::read_to_string(sandbox.path("ca.pem")).unwrap();
    fs::write(sandbox.path("key.pem"), &key).unwrap();
    fs::write(sandbox.path("both.pem"), format!("\n{certificate}{key}")).unwrap();
    fs::write(sandbox.path("empty.pem"), "").unwrap();
    let key_line = certificate.lines().count() + 2;
    let hint = "hint: --ca-file takes the PEM certificates of the cluster's CA alone";
    let table = [
        (
            "key.pem",
            "1:1: the PEM block of line 1 is labelled \"PRIVATE KEY\", not \"CERTIFICATE\""
                .to_owned(),
        ),
        (
            "both.pem",
            format!(
                "{key_line}:1: the PEM block of line {key_line} is labelled \"PRIVATE KEY\", not \"CERTIFICATE\""
            ),
        ),
        ("empty.pem", "1:1: no PEM certificate is in it".to_owned()),
    ];
    for (file, message) in table {
        let arguments = [
            "--name",
            "n",
            "--endpoint",
            "https://127.0.0.1",
            "--ca-file",
            file,
        ];
        assert_refused(&sandbox, &arguments, &format!("{file}:{message}\n{hint}"));
    }
}

#[test]
fn senseless_arguments_exit_2_before_anything_is_read() {
    let sandbox = Sandbox::with_certificate();
    let good = [
        "--name",
        "n",
        "--endpoint",
        "https://127.0.0.1",
        "--ca-file",
        "none.pem",
    ];
    let change = |index: usize, value: &'static str| {
        let mut arguments = good.to_vec();
        arguments[index] = value;
        arguments
    };
    let with = |extra: [&'static str; 2]| [&good[..], &extra[..]].concat();
    let table = [
        vec![],
        vec!["--endpoint", "https://127.0.0.1"],
        with(["--assume-role-arn", "arn:aws:iam::111122223333:role/r"]),
        with(["--role-arn", "arn:aws:iam::111122223333:user/u"]),
        with(["--session-name", "me"]),
        good[2..].to_vec(),
        with(["--from-file", "demo.json"]),
        change(1, "a b"),
        change(1, "arn:aws:iam::111122223333:role/n"),
        change(3, "http://127.0.0.1"),
        change(3, "https://me@127.0.0.1"),
        change(3, "https://127.0.0.1/?x"),
        with(["--region", "US"]),
        with(["--namespace", "A"]),
        with(["--proxy-url", "proxy:1"]),
        with(["--alias", "a\nb"]),
        with(["--profile", ""]),
        with(["--kubeconfig", ""]),
    ];
    for arguments in table {
        let output = sandbox.run(&[&["update"], &arguments[..]].concat());
        assert_eq!(
            (text(&output.stdout), output.status.code()),
            ("", Some(2)),
            "{arguments:?}"
        );
        assert!(
            text(&output.stderr).starts_with("kubeconfig-gen: "),
            "{}",
            text(&output.stderr)
        );
    }
    assert_eq!(sandbox.files(), ["ca.pem", "demo.json"]);
}

#[test]
fn the_refusal_of_a_url_keeps_the_password_in_it() {
    let sandbox = Sandbox::with_certificate();
    let other = ["--name", "n", "--ca-file", "none.pem"];
    let table = [
        (
            ["--endpoint=https://me:hunter2@127.0.0.1", "--dry-run"],
            "kubeconfig-gen: the value of '--endpoint <URL>' is refused: it holds user information\nhint: kubeconfig-gen --help\n",
        ),
        (
            [
                "--endpoint=https://127.0.0.1",
                "--proxy-url=socks5h://me:hunter2@proxy",
            ],
            "kubeconfig-gen: the value of '--proxy-url <URL>' is refused: its scheme is not http, https or socks5\nhint: kubeconfig-gen --help\n",
        ),
    ];
    for (arguments, message) in table {
        let output = sandbox.run(&[&["update"], &other[..], &arguments[..]].concat());
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.starts_with(message), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
