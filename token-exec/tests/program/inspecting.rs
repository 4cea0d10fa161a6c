//! `inspect`, on tokens of our own and on what is none.

use std::path::Path;

use crate::support::{KEY, Outcome, SESSION_TOKEN, Sandbox, TEMPORARY_KEY, refused};
use iam_core::excerpt::is_obeyed;
use iam_core::sts_host::StsHosts;
use iam_core::time::Rfc3339;
use iam_core::token::Token;
use serde_json::{Value, json};

fn inspect(line: &str, stdin: &[u8]) -> Outcome {
    Sandbox::empty().run_as(Path::new(env!("CARGO_BIN_EXE_token-exec")), line, stdin)
}

#[test]
fn says_what_a_fresh_token_says() {
    let sandbox = Sandbox::exported()
        .set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY)
        .set("AWS_SESSION_TOKEN", SESSION_TOKEN);
    let token = sandbox.run("--cluster-name prod --output token").stdout;
    let request = Token::parse(token.trim_end(), &StsHosts::of_every_partition()).unwrap();
    let date = Rfc3339::nearest(request.date().instant()).to_string();
    let end = Rfc3339::nearest(request.expires_at()).to_string();
    let (size, url_size) = (token.trim_end().len(), request.url().len());
    let text = format!(
        "host: sts.us-west-2.amazonaws.com\npartition: aws\nregion: us-west-2\n\
         access key id: {TEMPORARY_KEY}\nsigned headers: host, x-k8s-aws-id\n\
         bound to a cluster: yes\nsigned at: {date}\nexpires at: {end}\nX-Amz-Expires: 60\n\
         session token: {} bytes\ntoken: {size} bytes\nURL: {url_size} bytes\n",
        SESSION_TOKEN.len(),
    );
    let document = json!({"kind": "ExecCredential", "status": {"token": token.trim_end()}});
    for stdin in [
        token.as_bytes(),
        format!("{}\r\n", token.trim_end()).as_bytes(),
        format!("\n{document:#}\n").as_bytes(),
    ] {
        let outcome = Outcome {
            code: 0,
            stdout: text.clone(),
            stderr: String::new(),
        };
        assert_eq!(inspect("inspect -", stdin), outcome);
    }
    let outcome = inspect(&format!("inspect {token} -o json"), b"");
    assert_eq!(
        serde_json::from_str::<Value>(&outcome.stdout).unwrap(),
        json!({
            "apiVersion": "token-exec/v1",
            "kind": "Inspection",
            "host": "sts.us-west-2.amazonaws.com",
            "partition": "aws",
            "region": "us-west-2",
            "accessKeyId": TEMPORARY_KEY,
            "signedHeaders": ["host", "x-k8s-aws-id"],
            "clusterHeaderSigned": true,
            "signedAt": date,
            "expiresAt": end,
            "xAmzExpires": "60",
            "sessionTokenBytes": SESSION_TOKEN.len(),
            "tokenBytes": size,
            "urlBytes": url_size,
            "faults": [],
        }),
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    for secret in [SESSION_TOKEN, request.signature().expose()] {
        assert!(!outcome.stdout.contains(secret) && !text.contains(secret));
    }
}

/// Of the AWS CLI, signed in 2023.
const STALE: &str = "k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtd2VzdC0yLmFtYXpvbmF3cy5jb20vP0FjdGlvbj1HZXRDYWxs\
                     ZXJJZGVudGl0eSZWZXJzaW9uPTIwMTEtMDYtMTUmWC1BbXotQWxnb3JpdGhtPUFXUzQtSE1BQy1TSEEy\
                     NTYmWC1BbXotQ3JlZGVudGlhbD1BS0lBSU9TRk9ETk43RVhBTVBMRSUyRjIwMjMwNDI4JTJGdXMtd2Vz\
                     dC0yJTJGc3RzJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyMzA0MjhUMDAwMDAwWiZYLUFtei1F\
                     eHBpcmVzPTYwJlgtQW16LVNpZ25lZEhlYWRlcnM9aG9zdCUzQngtazhzLWF3cy1pZCZYLUFtei1TaWdu\
                     YXR1cmU9Y2Y0YjRjYWE3ZmJiYTg2MGFhZjE4YjAwZWI1NTE0ZDk4NjZjNGI4NzFjNmJmMjM2YzZkZjYw\
                     ZWQzYzc5M2IwMw";

#[test]
fn a_stale_token_has_one_fault() {
    let outcome = inspect("inspect -o json", STALE.as_bytes());
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert_eq!(report["signedAt"], "2023-04-28T00:00:00Z");
    assert_eq!(report["expiresAt"], "2023-04-28T00:15:00Z");
    assert_eq!(report["accessKeyId"], KEY);
    let faults = report["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0]["kind"], "expired");
    let text = inspect("inspect", STALE.as_bytes()).stdout;
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("fault: "))
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
}

#[test]
fn what_a_stranger_wrote_does_not_reach_the_terminal() {
    let token =
        "https://\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{1f600}\u{7f}/?X-Amz-Expires=%1B%5B2J%C2%9B";
    let ascii = |text: &str| text.chars().all(|c| matches!(c, ' '..='~' | '\n'));
    let text = inspect("inspect -", token.as_bytes()).stdout;
    assert!(ascii(&text), "{text:?}");
    assert!(
        text.starts_with(
            "host: \\u{1b}]0;x\\u{7}\\u{9b}31m\\u{202e}\\u{1f600}\\u{7f}\nbound to a cluster: no\n\
             X-Amz-Expires: \\u{1b}[2J\\u{9b}\n",
        ),
        "{text}",
    );
    let json = inspect("inspect - -o json", token.as_bytes()).stdout;
    let json_line = json.trim_end_matches('\n');
    assert!(!json_line.contains(is_obeyed), "{json:?}");
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        report["host"],
        "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{1f600}\u{7f}"
    );
    assert_eq!(report["xAmzExpires"], "\u{1b}[2J\u{9b}");
}

#[test]
fn what_is_no_token_is_told_apart_from_a_bad_one() {
    let no_prefix = "bound to a cluster: no\ntoken: 5 bytes\n\
                     fault: the token does not begin with k8s-aws-v1.\n";
    let looks = "bound to a cluster: no\ntoken: 18 bytes\nlooks like: a JSON Web Token, as service \
                 accounts and OpenID Connect have them: it is of no AWS identity\n\
                 fault: the token does not begin with k8s-aws-v1.\n";
    assert_eq!(inspect("inspect eyJhbGciOiI.eyJ9.x", b"").stdout, looks);
    let report: Value =
        serde_json::from_str(&inspect("inspect -o json eyJhbGciOiI.eyJ9.x", b"").stdout).unwrap();
    assert_eq!(report["looksLike"], "jsonWebToken");
    for stdin in [&b"hello"[..], b"hello\n", b"\xff\xfe"] {
        let outcome = inspect("inspect -", stdin);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    }
    assert_eq!(inspect("inspect hello", b"").stdout, no_prefix);
    assert_eq!(
        inspect("inspect -", &vec![b'x'; (64 << 10) + 1]),
        refused(
            1,
            &[
                "token-exec: reading the token: there are more than 64 KiB",
                HINT,
            ],
        ),
    );
}

const HINT: &str = "hint: token-exec --cluster-name NAME | token-exec inspect -";

#[test]
fn a_document_without_a_token_is_told_from_one_that_is_cut_off() {
    let no_token = "the JSON has no token in status.token, as an ExecCredential has it";
    for (json, error) in [
        ("{}", no_token),
        ("{\"status\":null}", no_token),
        ("{\"status\":{\"token\":[\"s3cret\"]}}", no_token),
        (
            "{\"Credentials\":{\"SecretAccessKey\":\"s3cret\"}}",
            no_token,
        ),
        (
            "{\"status\":\n{\"token\":\"s3cret",
            "the ExecCredential is no JSON, or cut off (line 2, column 16)",
        ),
        (
            "{s3cret}",
            "the ExecCredential is no JSON, or cut off (line 1, column 2)",
        ),
    ] {
        let expected = refused(
            1,
            &[&format!("token-exec: reading the token: {error}"), HINT],
        );
        assert_eq!(inspect("inspect -", json.as_bytes()), expected, "{json}");
        let verified = inspect("verify --cluster-id c -", json.as_bytes());
        assert_eq!(verified, expected, "{json}");
    }
}
