//! What was announced and lost, and why.

use iam_aws::source::PassedOver;

use crate::support::Setup;

fn losers(line: &str, credentials: &str, config: &str) -> Vec<(String, String)> {
    let setup = Setup::new(line, credentials, config);
    let passed_over = setup
        .choose()
        .unwrap_or_else(|error| panic!("{error}"))
        .passed_over;
    let told = |one: PassedOver| (setup.short(&one.what), setup.short(&one.why));
    passed_over.into_iter().map(told).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(what, why): &(&str, &str)| ((*what).to_owned(), (*why).to_owned());
    expected.iter().map(own).collect()
}

#[test]
fn nothing_loses_where_one_is_announced() {
    assert_eq!(losers("", "", ""), pairs(&[]));
    assert_eq!(losers("KEYS", "", ""), pairs(&[]));
    assert_eq!(losers("", "[default]\nKEYS\n", ""), pairs(&[]));
}

#[test]
fn exported_keys_win_over_everything_without_the_flag() {
    let why = "the exported AWS_ACCESS_KEY_ID wins over it";
    assert_eq!(
        losers(
            "KEYS AWS_PROFILE=a AWS_WEB_IDENTITY_TOKEN_FILE=/t \
             AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1",
            "[a]\nKEYS\n",
            "[profile a]\nrole_arn = ROLE\n",
        ),
        pairs(&[
            (
                "AWS_PROFILE=a",
                "the exported AWS_ACCESS_KEY_ID wins over it; --profile a would win over both",
            ),
            ("role_arn of profile `a` in ~/.aws/config", why),
            ("the exported AWS_WEB_IDENTITY_TOKEN_FILE", why),
            (
                "aws_access_key_id of profile `a` in ~/.aws/credentials",
                why
            ),
            ("the exported AWS_CONTAINER_CREDENTIALS_FULL_URI", why),
        ]),
    );
}

#[test]
fn the_flag_rules_out_exported_keys_and_an_exported_web_identity() {
    assert_eq!(
        losers(
            "KEYS AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[::1] \
             --profile a",
            "[a]\nKEYS\n",
            "[profile a]\ncredential_process = /bin/x\nKEYS\n",
        ),
        pairs(&[
            (
                "the exported AWS_ACCESS_KEY_ID",
                "--profile a wins over exported keys",
            ),
            (
                "the exported AWS_WEB_IDENTITY_TOKEN_FILE",
                "--profile a wins over an exported web identity",
            ),
            (
                "credential_process of profile `a` in ~/.aws/config",
                "aws_access_key_id of profile `a` in ~/.aws/credentials wins over it",
            ),
            (
                "aws_access_key_id of profile `a` in ~/.aws/config",
                "aws_access_key_id of profile `a` in ~/.aws/credentials wins over it",
            ),
            (
                "the exported AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "aws_access_key_id of profile `a` in ~/.aws/credentials wins over it",
            ),
        ]),
    );
}

#[test]
fn what_the_flag_rules_out_is_told_even_where_the_instance_is_asked() {
    assert_eq!(
        losers("KEYS --profile a", "[a]\n", ""),
        pairs(&[(
            "the exported AWS_ACCESS_KEY_ID",
            "--profile a wins over exported keys",
        )]),
    );
}

#[test]
fn a_profile_named_by_a_variable_loses_to_another_named_by_the_flag() {
    let files = "[a]\nKEYS\n[b]\nKEYS\n";
    assert_eq!(
        losers("AWS_PROFILE=b --profile a", files, ""),
        pairs(&[("AWS_PROFILE=b", "--profile a wins over it")]),
    );
    assert_eq!(losers("AWS_PROFILE=a --profile a", files, ""), pairs(&[]));
}
