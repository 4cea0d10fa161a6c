//! What token-exec refuses, in which words and with which exit code.

use crate::support::{KEY, SECRET, SESSION_TOKEN, Sandbox, TEMPORARY_KEY, refused};

const LINE: &str = "--cluster-name prod";

#[test]
fn says_what_was_looked_at_when_there_are_no_credentials() {
    let hint = "hint: export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`";
    let nothing = Sandbox::empty().set("AWS_REGION", "us-west-2");
    assert_eq!(
        nothing.run(LINE),
        refused(
            1,
            &[
                "token-exec: looking for credentials: there are none: AWS_ACCESS_KEY_ID is not \
                 set, ~/.aws/credentials does not exist, ~/.aws/config does not exist",
                hint,
            ],
        ),
    );
    let region_alone = nothing.file("config", "[default]\nregion = us-west-2\n");
    assert_eq!(
        region_alone.run("--cluster-name prod --profile default"),
        refused(
            1,
            &[
                "token-exec: looking for credentials: there are none: ~/.aws/credentials does not \
                 exist, ~/.aws/config has no keys for profile `default`",
                hint,
            ],
        ),
    );
}

#[test]
fn a_directory_called_tilde_is_nobodys_home() {
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}");
    let sandbox = Sandbox::empty()
        .set("HOME", "")
        .set("AWS_REGION", "us-west-2");
    let there = sandbox.home().join("~/.aws");
    std::fs::create_dir_all(&there).unwrap();
    std::fs::write(there.join("credentials"), format!("[default]\n{keys}\n")).unwrap();
    let expected = refused(
        1,
        &[
            "token-exec: looking for credentials: there are none: AWS_ACCESS_KEY_ID is not set, \
             ~/.aws/credentials does not exist, ~/.aws/config does not exist",
            "hint: export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`",
        ],
    );
    assert_eq!(sandbox.run(LINE), expected);
    let named = sandbox.set("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    assert_eq!(named.run(LINE), expected);
}

#[test]
fn names_that_no_section_can_have_are_told_so() {
    for name in ["two words", "pr\u{f6}d", "a!b"] {
        let sandbox = Sandbox::with_profile()
            .file("credentials", format!("[{name}]\n"))
            .file("config", format!("[profile {name}]\n"))
            .set("AWS_PROFILE", name);
        let what = format!(
            "token-exec: looking for credentials: there is no profile `{name}` (named by \
             AWS_PROFILE) in ~/.aws/credentials or ~/.aws/config",
        );
        let hint =
            "hint: rename it: a profile's name is of letters, digits and _ - / . % @ : + alone";
        assert_eq!(sandbox.run(LINE), refused(1, &[&what, hint]));
    }
}

#[test]
fn names_the_profiles_near_a_missing_one() {
    let files = "`prd` (named by --profile) in ~/.aws/credentials or ~/.aws/config";
    let missing = format!("token-exec: looking for credentials: there is no profile {files}");
    for (config, hint) in [
        (
            "[profile prod]\n[profile test]\n",
            "hint: did you mean `prod`?",
        ),
        ("[profile test]\n", "hint: there are `default`, `test`"),
        (
            "[prd]\nregion = x\n",
            "hint: write [profile prd] for [prd] in ~/.aws/config",
        ),
    ] {
        let sandbox = Sandbox::with_profile().file("config", config);
        assert_eq!(
            sandbox.run("--cluster-name prod --profile prd"),
            refused(1, &[&missing, hint]),
            "{config}",
        );
    }
    assert_eq!(
        Sandbox::empty().set("AWS_PROFILE", "prd").run(LINE),
        refused(
            1,
            &[
                "token-exec: looking for credentials: there is no profile `prd` (named by \
                 AWS_PROFILE) in ~/.aws/credentials (which does not exist) or ~/.aws/config \
                 (which does not exist)",
                "hint: run `aws configure --profile prd`",
            ],
        ),
    );
}

#[test]
fn names_the_source_that_gives_nothing_and_the_remedy() {
    let agent = Sandbox::empty()
        .set("AWS_REGION", "us-west-2")
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x");
    let outcome = agent.run(LINE);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    let (line, hint) = outcome.stderr.split_once('\n').unwrap();
    assert!(
        line.starts_with("token-exec: getting credentials: ")
            && line.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        "{line}"
    );
    assert!(
        hint.starts_with("hint: ") && hint.lines().count() == 1,
        "{hint}"
    );
}

#[test]
fn an_exported_web_identity_wins_over_a_profile_unless_the_flag_names_it() {
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    let sandbox = Sandbox::with_profile()
        .file("credentials", format!("[default]\n{keys}[ops]\n{keys}"))
        .set("AWS_WEB_IDENTITY_TOKEN_FILE", "/x")
        .set("AWS_REGION", "us-west-2");
    let expected = refused(
        1,
        &[
            "token-exec: looking for credentials: AWS_WEB_IDENTITY_TOKEN_FILE is set, but \
             AWS_ROLE_ARN is not",
            "hint: set AWS_ROLE_ARN, or unset the other",
        ],
    );
    assert_eq!(sandbox.run(LINE), expected);
    let by_flag = sandbox.run("--cluster-name prod --profile ops");
    assert_eq!((by_flag.code, by_flag.stderr.as_str()), (0, ""));
    let by_variable = sandbox.set("AWS_PROFILE", "ops");
    assert_eq!(by_variable.run(LINE), expected);
}

#[test]
fn a_container_loses_to_the_keys_of_a_profile() {
    let outcome = Sandbox::with_profile()
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1")
        .run(LINE);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[test]
fn keys_in_the_credentials_file_win_over_a_process_or_a_login() {
    for config in [
        "credential_process = /bin/x",
        "login_session = x",
        "sso_session = x",
    ] {
        let sandbox = Sandbox::with_profile().file(
            "config",
            format!("[default]\nregion = us-west-2\n{config}\n"),
        );
        let outcome = sandbox.run(LINE);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{config}");
    }
}

#[test]
fn says_what_is_wrong_with_keys_without_showing_them() {
    let exported = Sandbox::exported;
    let profile = |text: &str| Sandbox::with_profile().file("credentials", text);
    let swapped = format!("[default]\naws_access_key_id={SECRET}\naws_secret_access_key={KEY}\n");
    for (sandbox, what, hint) in [
        (
            exported().set("AWS_SECRET_ACCESS_KEY", ""),
            "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not",
            "set AWS_SECRET_ACCESS_KEY, or unset the other",
        ),
        (
            exported().set("AWS_ACCESS_KEY_ID", SECRET),
            "AWS_ACCESS_KEY_ID is not an access key id (AKIA or ASIA, then 12 to 124 capital \
             letters and digits)",
            "copy the keys again, whole and without quotes",
        ),
        (
            exported().set("AWS_SECRET_ACCESS_KEY", &format!("{SECRET}\n")),
            "AWS_SECRET_ACCESS_KEY: the secret access key holds a space, a line break or a \
             character outside ASCII at byte 40",
            "copy the keys again, whole and without quotes",
        ),
        (
            exported().set("AWS_SESSION_TOKEN", SESSION_TOKEN),
            "AWS_ACCESS_KEY_ID is a long-term key, but AWS_SESSION_TOKEN is set, which belongs to \
             a temporary one",
            "unset AWS_SESSION_TOKEN",
        ),
        (
            exported().set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY),
            "AWS_ACCESS_KEY_ID is a temporary key, but AWS_SESSION_TOKEN is not set",
            "set AWS_SESSION_TOKEN: the three belong together",
        ),
        (
            exported().set("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z"),
            "the exported keys expired at 2001-01-01T00:00:00Z, says AWS_CREDENTIAL_EXPIRATION",
            "export fresh keys, or unset the AWS_* variables",
        ),
        (
            exported().set("AWS_CREDENTIAL_EXPIRATION", "soon"),
            "AWS_CREDENTIAL_EXPIRATION: \"soon\" is not of the form YYYY-MM-DDTHH:MM:SSZ",
            "unset AWS_CREDENTIAL_EXPIRATION, or export it anew",
        ),
        (
            profile(&format!("[default]\naws_access_key_id = {KEY}\n")),
            "aws_access_key_id of profile `default` in ~/.aws/credentials is set, but \
             aws_secret_access_key of profile `default` in ~/.aws/credentials is not",
            "set aws_secret_access_key of profile `default` in ~/.aws/credentials, or unset the \
             other",
        ),
        (
            profile(&swapped),
            "aws_access_key_id of profile `default` in ~/.aws/credentials is not an access key id \
             (AKIA or ASIA, then 12 to 124 capital letters and digits)",
            "copy the keys again, whole and without quotes",
        ),
    ] {
        let what = format!("token-exec: looking for credentials: {what}");
        let hint = format!("hint: {hint}");
        assert_eq!(sandbox.run(LINE), refused(1, &[&what, &hint]));
    }
}

#[test]
fn a_region_or_an_endpoint_setting_that_makes_no_sense_is_a_usage_error() {
    let west = "give a region such as us-west-2 with --region";
    for (sandbox, what, hint) in [
        (
            Sandbox::exported().set("AWS_REGION", ""),
            "no region is set",
            "give --region, or set AWS_REGION",
        ),
        (
            Sandbox::exported().set("AWS_REGION", "EU (Ireland)"),
            "AWS_REGION: \"EU (Ireland)\" is not a region name (1 to 32 lower-case letters, \
             digits and inner hyphens, such as us-west-2)",
            west,
        ),
        (
            Sandbox::with_profile().file("config", "[default]\nregion = us-west-2.\n"),
            "region of profile `default` in ~/.aws/config: \"us-west-2.\" is not a region name (1 \
             to 32 lower-case letters, digits and inner hyphens, such as us-west-2)",
            west,
        ),
        (
            Sandbox::exported().set("AWS_USE_FIPS_ENDPOINT", "1"),
            "AWS_USE_FIPS_ENDPOINT is neither true nor false",
            "set AWS_USE_FIPS_ENDPOINT to true or false",
        ),
        (
            Sandbox::exported().file("config", "[default]\nsts_regional_endpoints = none\n"),
            "sts_regional_endpoints of profile `default` in ~/.aws/config is neither legacy nor \
             regional",
            "set sts_regional_endpoints of profile `default` in ~/.aws/config to legacy or \
             regional",
        ),
    ] {
        let what = format!("token-exec: choosing the STS host: {what}");
        let hint = format!("hint: {hint}");
        assert_eq!(sandbox.run(LINE), refused(2, &[&what, &hint]));
    }
    assert_eq!(
        Sandbox::exported()
            .run("--cluster-name arn:aws-cn:eks:cn-north-1:111122223333:cluster/prod"),
        refused(
            2,
            &[
                "token-exec: choosing the STS host: region us-west-2 is in partition aws, but the \
                 cluster is in aws-cn",
                "hint: give the cluster's own region with --region",
            ],
        ),
    );
}

#[test]
fn an_unknown_version_of_the_exec_api_is_refused_with_a_remedy() {
    for info in [
        "nonsense",
        "[]",
        "{}",
        r#"{"apiVersion":"client.authentication.k8s.io/v9"}"#,
    ] {
        let outcome = Sandbox::exported()
            .set("KUBERNETES_EXEC_INFO", info)
            .run(LINE);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{info}");
        let mut lines = outcome.stderr.lines();
        let error = lines.next().unwrap_or_default();
        assert!(
            error.starts_with("token-exec: answering the Kubernetes client: KUBERNETES_EXEC_INFO"),
            "{error}",
        );
        assert!(
            lines.next().unwrap_or_default().starts_with("hint: "),
            "{info}"
        );
        assert_eq!(lines.next(), None, "{info}");
    }
}

#[test]
fn a_token_that_no_server_takes_is_not_printed() {
    // Each of these takes three characters of the URL, and four thirds of that in the token.
    let session_token = "+".repeat(8192);
    let sandbox = Sandbox::exported()
        .set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY)
        .set("AWS_SESSION_TOKEN", &session_token);
    assert_eq!(
        sandbox.run(LINE),
        refused(
            1,
            &[
                "token-exec: signing the request: the signed request is not one that a server \
                 takes: the session token makes a token of 33290 bytes, more than 16384",
                "hint: use a role whose session token is shorter",
            ],
        ),
    );
}

#[test]
fn errors_are_json_where_json_is_asked_for() {
    for (line, code, message, hint) in [
        (
            "--log-format json --cluster-name prod",
            1,
            "looking for credentials: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not",
            "set AWS_SECRET_ACCESS_KEY, or unset the other",
        ),
        (
            "--log-format=json --what",
            2,
            "unexpected argument '--what' found",
            "token-exec --help",
        ),
    ] {
        let outcome = Sandbox::empty().set("AWS_ACCESS_KEY_ID", KEY).run(line);
        let report: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
        let expected = serde_json::json!({
            "level": "ERROR", "program": "token-exec", "message": message, "hint": hint,
        });
        assert_eq!((outcome.code, report), (code, expected), "{line}");
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    for line in [
        "--help",
        "--version",
        "eks get-token --help",
        "token --help",
        "inspect --help",
        "verify --help",
        "whoami --help",
        "clean --help",
    ] {
        let outcome = Sandbox::empty().run(line);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}");
        assert!(!outcome.stdout.is_empty(), "{line}");
    }
}
