//! Tokens of roles: what is asked for them, how often, and what is kept.

use std::fs;

use iam_core::sts_host::StsHosts;
use iam_core::token::Token;

use crate::sts::{SESSION_KEY, Sts, in_an_hour};
use crate::support::{KEY, Outcome, SECRET, SESSION_TOKEN, Sandbox, refused};

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const ME: &str = "arn:aws:sts::111122223333:assumed-role/base/me";
const ROLE: &str = "--role-arn arn:aws:iam::111122223333:role/team/dev";

fn sandbox(sts: &Sts) -> Sandbox {
    Sandbox::exported().set("AWS_ENDPOINT_URL_STS", &sts.url())
}

/// The access key id in the token that was printed.
fn key_of(outcome: &Outcome) -> String {
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let token = outcome.stdout.trim_end_matches('\n');
    let request = Token::parse(token, &StsHosts::of_every_partition()).unwrap();
    assert_eq!(request.host().name(), "sts.us-west-2.amazonaws.com");
    request.access_key_id().to_string()
}

/// The body of the only request.
fn only(mut heard: Vec<String>) -> String {
    assert_eq!(heard.len(), 1, "{heard:?}");
    let request = heard.remove(0);
    request.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn a_role_is_assumed_as_the_arguments_say_whatever_the_spelling() {
    let plain = "Action=AssumeRole&Version=2011-06-15&\
                 RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Fdev&\
                 RoleSessionName=";
    let arn = "arn:aws:iam::111122223333:role/team/dev";
    for (line, rest) in [
        (
            format!("--output token --cluster-name prod {ROLE}"),
            "EKSGetTokenAuth",
        ),
        (
            format!("--output token eks get-token --cluster-name prod --role {arn}"),
            "EKSGetTokenAuth",
        ),
        (
            format!("token --token-only -i prod -r {arn} -e e:1 -s me"),
            "me&ExternalId=e%3A1",
        ),
        (
            format!("--output token --cluster-id prod {ROLE} --session-name me --duration 900"),
            "me&DurationSeconds=900",
        ),
    ] {
        let sts = Sts::knowing(ALICE);
        assert_eq!(key_of(&sandbox(&sts).run(&line)), SESSION_KEY);
        assert_eq!(only(sts.heard()), format!("{plain}{rest}"), "{line}");
    }
}

#[test]
fn a_forwarded_name_is_that_of_the_session_that_assumes_the_role() {
    let line = format!("--output token --cluster-name prod {ROLE} --forward-session-name");
    let sts = Sts::knowing(ME);
    assert_eq!(key_of(&sandbox(&sts).run(&line)), SESSION_KEY);
    let heard = sts.heard();
    let actions: Vec<_> = heard
        .iter()
        .map(|request| request.split_once("\r\n\r\n").unwrap().1)
        .collect();
    assert_eq!(
        actions,
        [
            "Action=GetCallerIdentity&Version=2011-06-15",
            "Action=AssumeRole&Version=2011-06-15&\
             RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Fdev&RoleSessionName=me",
        ],
    );
    let sts = Sts::knowing(ALICE);
    let outcome = sandbox(&sts).run(&line);
    let warning = outcome.stderr.lines().next().unwrap_or_default().to_owned();
    assert_eq!(
        outcome,
        refused(
            1,
            &[
                &warning,
                &format!(
                    "token-exec: the credentials are of {ALICE}, which is no session and has no \
                     name to forward"
                ),
                "hint: name the session with --session-name",
            ],
        ),
    );
}

#[test]
fn a_role_is_assumed_once_and_its_token_kept_but_where_that_is_ruled_out() {
    let sts = Sts::knowing(ALICE);
    let sandbox = sandbox(&sts);
    let token = format!("--output token --cluster-name prod {ROLE}");
    let first = sandbox.run(&token);
    assert_eq!(
        (key_of(&first), sts.heard().len()),
        (SESSION_KEY.to_owned(), 1)
    );
    assert_eq!((sandbox.run(&token), sts.heard().len()), (first.clone(), 0));
    for (line, asked) in [
        ("--cache off", 1),
        ("--force-refresh", 1),
        ("", 0),
        ("--region us-east-1 --cache token", 1),
        ("--session-name me", 1),
        ("--external-id e1", 1),
        ("--cache-dir elsewhere", 1),
        ("--cache-dir elsewhere", 0),
    ] {
        let outcome = sandbox.run(&format!("{token} {line}"));
        assert_eq!((outcome.code, sts.heard().len()), (0, asked), "{line}");
    }
    let other = token.replace("prod", "other");
    assert_eq!((sandbox.run(&other).code, sts.heard().len()), (0, 1));
    let exported = sandbox.set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7ANOTHER");
    assert_eq!((exported.run(&token).code, sts.heard().len()), (0, 1));
}

#[test]
fn kept_credentials_serve_every_cluster() {
    let sts = Sts::knowing(ALICE);
    let sandbox = sandbox(&sts);
    for (cluster, asked) in [("a", 1), ("b", 0), ("a", 0)] {
        let line = format!("--output token --cluster-name {cluster} {ROLE} --cache credentials");
        assert_eq!(key_of(&sandbox.run(&line)), SESSION_KEY);
        assert_eq!(sts.heard().len(), asked, "{cluster}");
    }
}

#[test]
fn keys_that_cost_nothing_leave_no_trace() {
    let sts = Sts::knowing(ALICE);
    for sandbox in [sandbox(&sts), Sandbox::with_profile()] {
        for mode in ["token", "credentials"] {
            let line = format!("--cluster-name prod --cache {mode} --cache-dir c");
            assert_eq!(sandbox.run(&line).code, 0);
            assert!(!sandbox.home().join("c").exists());
        }
    }
    assert_eq!(sts.heard(), Vec::<String>::new());
}

#[test]
fn clean_removes_what_was_kept_and_says_so() {
    let sts = Sts::knowing(ALICE);
    let sandbox = sandbox(&sts);
    let line = format!("--output token --cluster-name prod {ROLE} --cache-dir c");
    assert_eq!(sandbox.run(&line).code, 0);
    let foreign = sandbox.home().join("c/notes.txt");
    fs::write(&foreign, "mine").unwrap();
    let outcome = sandbox.run("clean --cache-dir c");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""));
    assert!(
        outcome.stderr.starts_with("warning: c/notes.txt stays: ")
            && outcome.stderr.contains("\nnotice: removed ")
            && outcome.stderr.ends_with(" files from c\n"),
        "{}",
        outcome.stderr
    );
    let left: Vec<_> = fs::read_dir(sandbox.home().join("c")).unwrap().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(sandbox.run(&line).code, 0);
    assert_eq!(sts.heard().len(), 2);
}

/// A profile with a role, whose credentials the AWS CLI keeps.
fn with_role_that_the_aws_cli_keeps(sts: &Sts) -> Sandbox {
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    let sandbox = Sandbox::empty()
        .set("AWS_ENDPOINT_URL_STS", &sts.url())
        .file("credentials", format!("[base]\n{keys}"))
        .file(
            "config",
            "[default]\nregion = us-west-2\nsource_profile = base\n\
             role_arn = arn:aws:iam::111122223333:role/dev\nrole_session_name = me\n",
        );
    let cli = sandbox.path("cli/cache");
    fs::create_dir_all(&cli).unwrap();
    // sha1 of {"RoleArn": "arn:aws:iam::111122223333:role/dev", "RoleSessionName": "me"}
    let kept = cli.join("5b7145033cf039599ed80de3d382741f1d339ce3.json");
    let json = format!(
        "{{\"Credentials\": {{\"AccessKeyId\": \"{KEPT_BY_AWS_CLI}\", \"SecretAccessKey\": \
         \"{SECRET}\", \"SessionToken\": \"{SESSION_TOKEN}\", \"Expiration\": \
         \"{}\"}}}}",
        in_an_hour()
    );
    fs::write(&kept, json).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&kept, fs::Permissions::from_mode(0o600)).unwrap();
    }
    sandbox
}

const KEPT_BY_AWS_CLI: &str = "ASIAKEPTBYAWSCLI0000";

#[test]
fn role_credentials_that_the_aws_cli_keeps_are_used_and_not_when_refreshing() {
    let sts = Sts::knowing(ALICE);
    let sandbox = with_role_that_the_aws_cli_keeps(&sts);
    let line = "--output token --cluster-name prod";
    assert_eq!(key_of(&sandbox.run(line)), KEPT_BY_AWS_CLI);
    assert_eq!(sts.heard().len(), 0);
    let refreshed = sandbox.run(&format!("{line} --force-refresh"));
    assert_eq!(
        (key_of(&refreshed), sts.heard().len()),
        (SESSION_KEY.to_owned(), 1)
    );
}

#[test]
fn after_a_refusal_role_credentials_that_the_aws_cli_keeps_are_passed_over() {
    let info = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}"#;
    for mode in ["token", "credentials"] {
        let sts = Sts::knowing(ALICE);
        let sandbox = with_role_that_the_aws_cli_keeps(&sts).set("KUBERNETES_EXEC_INFO", info);
        let line = format!("--output token --cluster-name prod --cache {mode}");
        let mut keys = vec![key_of(&sandbox.run(&line)), key_of(&sandbox.run(&line))];
        // Credentials made for a client are not to blame at once.
        if mode == "credentials" {
            keys.push(key_of(&sandbox.run(&line)));
        }
        assert_eq!(keys.first().map(String::as_str), Some(KEPT_BY_AWS_CLI));
        assert_eq!(keys.last().map(String::as_str), Some(SESSION_KEY), "{mode}");
        assert_eq!(sts.heard().len(), 1, "{mode}");
    }
}

#[test]
fn nobody_is_asked_for_a_code_where_the_client_says_so() {
    let sts = Sts::knowing(ALICE);
    let sandbox = sandbox(&sts).set(
        "KUBERNETES_EXEC_INFO",
        r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}"#,
    );
    let device = "arn:aws:iam::111122223333:mfa/me";
    let outcome = sandbox.run(&format!("--cluster-name prod {ROLE} --mfa-serial {device}"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    assert!(outcome.stderr.contains(device), "{}", outcome.stderr);
    assert_eq!(sts.heard().len(), 0);
}
