//! `apply` where the API server, or the kubeconfig's plugin, does not do its part.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::thread;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// Where nobody listens.
const NOBODY: &str = "127.0.0.1:1";

/// Runs `apply` as the user of a kubeconfig whose API server is not there; the file `printed` is
/// there for the user's plugin.
fn apply(flags: &[&str], user: &Value, printed: &str) -> Output {
    let sandbox = Sandbox::with(&[("printed", printed)]);
    let server = json!({"server": format!("http://{NOBODY}")});
    command(&sandbox, flags, user, &server).output().unwrap()
}

/// The same with any cluster entry, about to run.
fn command(sandbox: &Sandbox, flags: &[&str], user: &Value, cluster: &Value) -> Command {
    let kubeconfig = json!({
        "clusters": [{"name": "c", "cluster": cluster}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": user}],
        "current-context": "x",
    });
    let home = sandbox.home.path();
    fs::write(home.join("k"), kubeconfig.to_string()).unwrap();
    let source = json!({
        "apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "owner": "platform",
        "accounts": ["111122223333"],
    });
    fs::write(home.join("f.yaml"), source.to_string()).unwrap();
    let fixed = ["apply", "f.yaml", "--kubeconfig", "k"];
    let mut command = sandbox.command(&[&fixed[..], flags].concat());
    command.env("PATH", "/usr/bin:/bin");
    command
}

/// A user whose plugin is a shell script.
fn plugin(script: &str) -> Value {
    json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "/bin/sh",
        "args": ["-c", script],
        "interactiveMode": "Never",
    }})
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn an_api_server_that_is_not_there_is_one_error_and_one_hint() {
    let output = apply(&[], &json!({}), "");
    let refused = TcpStream::connect(NOBODY).unwrap_err();
    let expected = format!(
        "aws-auth-sync: apply: get configmap kube-system/aws-auth: {refused}\n\
         hint: try kubectl get --raw /readyz with the same kubeconfig\n"
    );
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(1), expected.as_str())
    );
}

#[test]
fn what_a_plugin_prints_on_stdout_is_never_shown() {
    let credential = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential""#;
    let no_credential = "its output is no ExecCredential";
    // What it prints, how it goes on, what is said.
    let table = [
        ("hunter2".to_owned(), "exit 3", "exit status: 3"),
        (
            "hunter2".to_owned(),
            "echo why >&2; exit 3",
            "exit status: 3: why",
        ),
        ("hunter2".to_owned(), "", no_credential),
        ("\"hunter2\"".to_owned(), "", no_credential),
        ("hunter2: [".to_owned(), "", no_credential),
        (
            format!(r#"{credential},"status":{{"token":["hunter2"]}}}}"#),
            "",
            no_credential,
        ),
        (
            format!(r#"{credential},"hunter2":1}}"#),
            "",
            "its ExecCredential has no status",
        ),
        (
            format!(
                r#"{credential},"status":{{"token":"hunter2","expirationTimestamp":"hunter2"}}}}"#
            ),
            "",
            "its expirationTimestamp is no time",
        ),
    ];
    for (prints, then, fault) in &table {
        let user = plugin(&format!("cat printed; {then}"));
        for flags in [&[][..], &["-vvv"]] {
            let output = apply(flags, &user, prints);
            let expected = format!(
                "aws-auth-sync: run the kubeconfig's exec plugin: {fault}\n\
                 hint: try kubectl auth whoami with the same kubeconfig\n"
            );
            assert_eq!(output.status.code(), Some(1), "{prints}");
            assert!(stderr(&output).ends_with(&expected), "{}", stderr(&output));
            assert!(!stderr(&output).contains("hunter2"), "{}", stderr(&output));
        }
    }
}

#[test]
fn a_proxy_is_asked_for_the_api_server_and_its_password_is_never_shown() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://me:hunter2@{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let asked: Vec<String> = lines
            .by_ref()
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty())
            .collect();
        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        asked
    });
    let sandbox = Sandbox::new();
    let server = json!({"server": "https://api.invalid:6443"});
    let mut command = command(&sandbox, &["-vvv"], &json!({}), &server);
    let output = command.env("HTTPS_PROXY", &proxy).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let asked = asked.join().unwrap();
    assert_eq!(
        asked.first().map(String::as_str),
        Some("CONNECT api.invalid:6443 HTTP/1.1")
    );
    let credentials = "Basic bWU6aHVudGVyMg==";
    assert!(
        asked.iter().any(|line| line.ends_with(credentials)),
        "{asked:?}"
    );
    for secret in ["hunter2", credentials] {
        assert!(!stderr(&output).contains(secret), "{}", stderr(&output));
    }
}

#[test]
fn a_proxy_that_is_none_is_an_error_that_does_not_quote_it() {
    let expected = "aws-auth-sync: prepare the connection: the proxy is no http://, https:// or \
                    socks5:// URL\n\
                    hint: correct proxy-url in the kubeconfig, or HTTPS_PROXY; NO_PROXY names \
                    exceptions\n";
    for proxy in ["ftp://me:hunter2@127.0.0.1", "http://me:hunter2 @127.0.0.1"] {
        let sandbox = Sandbox::new();
        let cluster = json!({"server": "https://127.0.0.1:1", "proxy-url": proxy});
        let output = command(&sandbox, &[], &json!({}), &cluster)
            .output()
            .unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(1), expected));
    }
}

#[test]
fn without_a_kubeconfig_and_outside_a_pod_there_is_no_cluster() {
    let output = Sandbox::new().run(&["history"]);
    let expected = "aws-auth-sync: find a kubeconfig: none is named, ~/.kube/config is not there, \
                    and this is no pod\n\
                    hint: give --kubeconfig FILE and --context NAME; kubectl config get-contexts \
                    lists them\n";
    assert_eq!((output.status.code(), stderr(&output)), (Some(1), expected));
}
