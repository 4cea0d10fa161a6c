//! Text of files, arguments and services that would drive a terminal.

use iam_core::excerpt::is_obeyed;

use crate::sts::Sts;
use crate::support::{KEY, Outcome, SECRET, Sandbox};

/// Resets the terminal, colours, rings, turns the direction of writing, hides.
const HOSTILE: &str = "\u{1b}c\u{9b}31m\u{7}\u{202e}\u{2066}\u{200b}\u{ad}";

fn assert_shown(outcome: &Outcome, case: &str) {
    for text in [&outcome.stdout, &outcome.stderr] {
        let lines = text.replace('\n', " ");
        assert!(!lines.contains(is_obeyed), "{case:?}: {text:?}");
    }
    // It is told, and not left out.
    assert!(outcome.stderr.contains("202e"), "{case:?}: {outcome:?}");
}

#[test]
fn no_file_drives_the_terminal() {
    let role = "role_arn = arn:aws:iam::111122223333:role/a";
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}");
    for settings in [
        "role_arn = H\nsource_profile = default".to_owned(),
        format!("{role}\nsource_profile = H"),
        format!("{role}\ncredential_source = H"),
        format!("{role}\nsource_profile = a\nmfa_serial = H"),
        format!("{role}\nsource_profile = a\nduration_seconds = H\n{keys}"),
        format!("{role}\nweb_identity_token_file = /H"),
        "sso_session = H\nsso_account_id = 111122223333\nsso_role_name = r".to_owned(),
        "login_session = H".to_owned(),
        "credential_process = H".to_owned(),
    ] {
        let sandbox = Sandbox::empty()
            .set("AWS_PROFILE", "a")
            .set("AWS_REGION", "us-west-2")
            .set("RUST_LOG", "trace")
            .file(
                "config",
                format!("[profile a]\n{settings}\n").replace('H', HOSTILE),
            );
        for line in ["--cluster-name c", "whoami", "--log-format json whoami"] {
            assert_shown(&sandbox.run(line), &format!("{settings} {line}"));
        }
    }
}

#[test]
fn no_argument_drives_the_terminal() {
    for line in [
        "--cluster-name H",
        "--cluster-name c --profile H",
        "--cluster-name c --region H",
        "--cluster-name c --role-arn H",
        "--cluster-name c --output H",
        "--H",
        "H",
        "verify --cluster-id H x",
        "clean --cache-dir /H",
    ] {
        let line = line.replace('H', HOSTILE);
        assert_shown(&Sandbox::exported().run(&line), &line);
    }
}

#[test]
fn no_service_drives_the_terminal() {
    let error = |text: &str| {
        format!(
            "<ErrorResponse><Error><Code>{text}</Code><Message>{text}</Message></Error>\
             <RequestId>{text}</RequestId></ErrorResponse>"
        )
    };
    // XML has no word for the others.
    let hostile = HOSTILE.replace(['\u{1b}', '\u{7}'], "");
    for body in [error(&hostile), error("&#x9b;31m&#x202e;")] {
        let sts = Sts::denying(body.clone());
        let sandbox = Sandbox::exported()
            .set("AWS_ENDPOINT_URL_STS", &sts.url())
            .set("RUST_LOG", "trace");
        for line in [
            "whoami",
            "--cluster-name c -r arn:aws:iam::111122223333:role/a",
        ] {
            assert_shown(&sandbox.run(line), &format!("{line} {body:?}"));
        }
    }
}
