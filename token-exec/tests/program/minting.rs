//! Tokens and ExecCredentials, from the command line to stdout.

use std::time::Duration;

use crate::support::{KEY, Outcome, SECRET, SESSION_TOKEN, Sandbox, TEMPORARY_KEY, refused};
use iam_aws::credentials::Credentials;
use iam_core::exec_api::{ExecApiVersion, exec_credential};
use iam_core::presigned::PresignedRequest;
use iam_core::sts_host::{StsHost, StsHosts};
use iam_core::token::Token;
use token_exec::sign::presign;

const MINUTE: Duration = Duration::from_secs(60);

fn parsed(token: &str) -> PresignedRequest {
    Token::parse(token, &StsHosts::of_every_partition()).unwrap()
}

/// The request that must come out for this region and cluster, in the second of `like`.
fn expected(like: &PresignedRequest, region: &str, cluster: &str) -> PresignedRequest {
    let temporary = like.access_key_id().is_temporary();
    let credentials = Credentials {
        access_key_id: if temporary { TEMPORARY_KEY } else { KEY }.parse().unwrap(),
        secret_access_key: SECRET.parse().unwrap(),
        session_token: temporary.then(|| SESSION_TOKEN.parse().unwrap()),
        expiry: None,
    };
    let host = StsHost::Regional {
        region: region.parse().unwrap(),
        fips: Default::default(),
        dual_stack: Default::default(),
    };
    presign(
        &credentials,
        host,
        &cluster.parse().unwrap(),
        like.date().instant(),
    )
    .unwrap()
}

/// The request inside an ExecCredential that is, byte for byte, what it should be.
fn request_in(outcome: &Outcome, version: ExecApiVersion) -> PresignedRequest {
    let (_, token) = outcome.stdout.split_once("\"token\":\"").unwrap();
    let request = parsed(token.trim_end_matches("\"}}\n"));
    let expiration = request.date().instant() + 14 * MINUTE;
    assert_eq!(
        outcome.stdout,
        exec_credential(version, &Token::mint(&request), expiration)
    );
    request
}

#[test]
fn every_spelling_prints_an_exec_credential_for_the_cluster_and_region() {
    let sandbox = Sandbox::exported();
    for (line, region, cluster) in [
        ("--cluster-name prod", "us-west-2", "prod"),
        (
            "--cluster-id a/b:c --region eu-west-1",
            "eu-west-1",
            "a/b:c",
        ),
        (
            "--region cn-north-1 eks get-token --cluster-name prod --output json",
            "cn-north-1",
            "prod",
        ),
        ("token -i prod", "us-west-2", "prod"),
        (
            "token --region=ca-west-1 --cluster-id prod",
            "ca-west-1",
            "prod",
        ),
        (
            "--cluster-name arn:aws:eks:eu-north-1:111122223333:cluster/prod",
            "us-west-2",
            "prod",
        ),
    ] {
        let outcome = sandbox.run(line);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}");
        let request = request_in(&outcome, ExecApiVersion::V1Beta1);
        assert_eq!(request, expected(&request, region, cluster), "{line}");
    }
}

#[test]
fn a_cluster_arn_supplies_the_region_when_nothing_else_does() {
    let sandbox = Sandbox::exported().set("AWS_REGION", "");
    let outcome =
        sandbox.run("--cluster-name arn:aws-cn:eks:cn-northwest-1:111122223333:cluster/prod");
    let request = request_in(&outcome, ExecApiVersion::V1Beta1);
    assert_eq!(request, expected(&request, "cn-northwest-1", "prod"));
}

#[test]
fn an_empty_value_that_another_tool_leaves_out_is_left_out_and_told() {
    let sandbox = Sandbox::exported().set("DEFAULT_ROLE", "arn:aws:iam::111122223333:role/x");
    let told =
        |argument, tool| format!("notice: {argument} has no value: left out, as {tool} does\n");
    for (line, notice) in [
        (
            "eks get-token --cluster-name prod --profile=",
            told("--profile", "the AWS CLI"),
        ),
        (
            "token -i prod --role=",
            told("--role-arn", "aws-iam-authenticator"),
        ),
    ] {
        let outcome = sandbox.run(line);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, &*notice));
        let request = request_in(&outcome, ExecApiVersion::V1Beta1);
        assert_eq!(request, expected(&request, "us-west-2", "prod"), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_called_aws_iam_authenticator_behaves_as_that_tool() {
    let sandbox = Sandbox::exported();
    let link = sandbox.home().join("aws-iam-authenticator");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_token-exec"), &link).unwrap();
    let outcome = sandbox.run_as(&link, "token -i prod --token-only", b"");
    let request = parsed(outcome.stdout.trim_end_matches('\n'));
    assert_eq!(request, expected(&request, "us-west-2", "prod"));
    assert_eq!(
        sandbox.run_as(&link, "--cluster-name prod", b""),
        refused(
            2,
            &[
                "token-exec: unexpected argument '--cluster-name' found",
                "hint: a similar argument exists: '--cluster-id'",
            ],
        ),
    );
}

#[test]
fn the_bare_token_is_one_line() {
    let sandbox = Sandbox::exported()
        .set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY)
        .set("AWS_SESSION_TOKEN", SESSION_TOKEN)
        // Not looked at: no client reads a bare token.
        .set("KUBERNETES_EXEC_INFO", "nonsense");
    for line in [
        "--cluster-name prod --output token",
        "token -i prod --token-only",
        "token -i prod --token-only=true",
    ] {
        let outcome = sandbox.run(line);
        let request = parsed(outcome.stdout.strip_suffix('\n').unwrap());
        assert_eq!(request, expected(&request, "us-west-2", "prod"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    }
}

#[test]
fn answers_in_the_version_that_the_client_asks_for() {
    let gone = "warning: client.authentication.k8s.io/v1alpha1 is gone from kubectl 1.24: write \
                client.authentication.k8s.io/v1 in the kubeconfig's exec entry\n";
    for (version, stderr) in [
        (ExecApiVersion::V1, ""),
        (ExecApiVersion::V1Beta1, ""),
        (ExecApiVersion::V1Alpha1, gone),
    ] {
        let info = format!(
            r#"{{"kind":"ExecCredential","apiVersion":"{version}","spec":{{"cluster":{{"server":
            "https://127.0.0.1:1","config":null}},"interactive":false}}}}"#,
        );
        let outcome = Sandbox::exported()
            .set("KUBERNETES_EXEC_INFO", &info)
            .run("--cluster-name prod");
        request_in(&outcome, version);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, stderr));
    }
}

#[test]
fn a_token_ends_with_the_credentials_that_signed_it() {
    let expiring = |text: &str| {
        let sandbox = Sandbox::exported()
            .set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY)
            .set("AWS_SESSION_TOKEN", SESSION_TOKEN)
            .set("AWS_CREDENTIAL_EXPIRATION", text);
        sandbox.run("--cluster-name prod")
    };
    request_in(&expiring("2999-01-01T00:00:00Z"), ExecApiVersion::V1Beta1);
    let request = request_in(&expiring(""), ExecApiVersion::V1Beta1);
    let soon = request.date().instant() + 10 * MINUTE;
    let outcome = expiring(&iam_core::time::Rfc3339::nearest(soon).to_string());
    let (_, token) = outcome.stdout.split_once("\"token\":\"").unwrap();
    let token = Token::mint(&parsed(token.trim_end_matches("\"}}\n")));
    let expected = exec_credential(ExecApiVersion::V1Beta1, &token, soon - MINUTE);
    assert_eq!(outcome.stdout, expected);
}

#[test]
fn profiles_give_keys_and_region() {
    let request = request_in(
        &Sandbox::with_profile().run("--cluster-id c"),
        Default::default(),
    );
    assert_eq!(request, expected(&request, "eu-central-1", "c"));

    let keys = format!(
        "aws_access_key_id={TEMPORARY_KEY}\nAWS_SECRET_ACCESS_KEY = {SECRET} # a comment\n\
         aws_session_token = {SESSION_TOKEN}\nregion = sa-east-1\n",
    );
    for sandbox in [
        Sandbox::empty()
            .file("config", format!("[profile dev]\r\n{keys}"))
            .set("AWS_PROFILE", "dev"),
        Sandbox::empty()
            .file("credentials", format!("[dev]\n{keys}"))
            .set("AWS_DEFAULT_PROFILE", "dev"),
        Sandbox::empty()
            .file("elsewhere", format!("[profile dev]\n{keys}"))
            .set("AWS_CONFIG_FILE", "~/.aws/elsewhere")
            .set("AWS_PROFILE", "dev"),
        Sandbox::empty()
            .file("elsewhere", format!("\u{feff}[dev]\n{keys}"))
            .set("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/elsewhere")
            .set("AWS_PROFILE", "dev"),
        // The section is written twice: its halves add up.
        Sandbox::empty()
            .file(
                "config",
                format!("[profile dev]\noutput = json\n[profile dev]\n{keys}"),
            )
            .set("AWS_PROFILE", "dev"),
    ] {
        let outcome = sandbox.run("--cluster-id c");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let request = request_in(&outcome, Default::default());
        assert_eq!(request, expected(&request, "sa-east-1", "c"));
    }
}

#[test]
fn keys_of_the_two_files_are_never_mixed() {
    let config = format!(
        "[default]\nregion = eu-west-1\naws_access_key_id = {TEMPORARY_KEY}\n\
         aws_secret_access_key = other\naws_session_token = other\n",
    );
    let sandbox = Sandbox::with_profile().file("config", config);
    let request = request_in(&sandbox.run("--cluster-id c"), Default::default());
    assert_eq!(request, expected(&request, "eu-west-1", "c"));
}

#[test]
fn the_profile_flag_beats_exported_keys_and_aws_profile_does_not() {
    let sandbox = Sandbox::with_profile()
        .set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY)
        .set("AWS_SECRET_ACCESS_KEY", SECRET)
        .set("AWS_SESSION_TOKEN", SESSION_TOKEN);
    let by_flag = sandbox.run("--cluster-id c --profile default");
    assert_eq!(by_flag.stderr, "");
    assert_eq!(
        request_in(&by_flag, Default::default())
            .access_key_id()
            .as_str(),
        KEY
    );

    let sandbox = sandbox.set("AWS_PROFILE", "default");
    let by_variable = sandbox.run("--cluster-id c");
    assert_eq!(
        by_variable.stderr,
        "notice: the exported AWS_ACCESS_KEY_ID wins over AWS_PROFILE; --profile default would win \
         over both\n",
    );
    let request = request_in(&by_variable, Default::default());
    // The region is the profile's all the same, as with the AWS CLI.
    assert_eq!(request, expected(&request, "eu-central-1", "c"));
}

#[test]
fn settings_of_the_endpoint_are_read_from_the_profile_too() {
    let sandbox = Sandbox::exported().file(
        "config",
        "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n\
         [profile old]\nsts_regional_endpoints = legacy\n",
    );
    let host = |sandbox: &Sandbox| {
        let outcome = sandbox.run("--cluster-id c --output token");
        parsed(outcome.stdout.trim_end_matches('\n'))
            .host()
            .name()
            .to_owned()
    };
    assert_eq!(host(&sandbox), "sts-fips.us-west-2.api.aws");
    let sandbox = sandbox.set("AWS_USE_FIPS_ENDPOINT", "false");
    assert_eq!(host(&sandbox), "sts.us-west-2.api.aws");
    assert_eq!(
        host(&sandbox.set("AWS_PROFILE", "old")),
        "sts.amazonaws.com"
    );
}

#[test]
fn a_custom_endpoint_is_warned_about_and_changes_nothing() {
    let sandbox = Sandbox::exported().set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let outcome = sandbox.run("--cluster-id c");
    assert_eq!(
        outcome.stderr,
        "warning: AWS_ENDPOINT_URL does not change the host that the token is signed for, \
         sts.us-west-2.amazonaws.com: servers take tokens for AWS's own hosts alone\n",
    );
    let request = request_in(&outcome, Default::default());
    assert_eq!(request, expected(&request, "us-west-2", "c"));
}

#[test]
fn a_token_that_old_servers_refuse_is_warned_about() {
    let sized = |length: usize| {
        let sandbox = Sandbox::exported()
            .set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY)
            .set("AWS_SESSION_TOKEN", &"x".repeat(length));
        let outcome = sandbox.run("--cluster-id c --output token");
        (outcome.stdout.trim_end().len(), outcome.stderr)
    };
    // No unpadded base64 text has 4085 characters, so no token has 4096.
    assert_eq!(sized(2680), (4095, String::new()));
    assert_eq!(
        sized(2681),
        (
            4097,
            "warning: the token has 4097 bytes; servers that take no more than 4096 will refuse it: \
             use a role whose session token is shorter\n"
                .to_owned(),
        ),
    );
}

#[test]
fn exported_keys_need_no_home_and_no_readable_files() {
    let sandbox = Sandbox::exported()
        .set("HOME", "/dev/null")
        .set("AWS_CONFIG_FILE", "/")
        .set("AWS_SHARED_CREDENTIALS_FILE", "");
    let outcome = sandbox.run("--cluster-id c");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[test]
fn says_on_request_what_it_signs_with_and_for_which_host() {
    for (sandbox, keys) in [
        (
            Sandbox::exported().set("AWS_REGION", "eu-central-1"),
            "the exported keys",
        ),
        (
            Sandbox::with_profile(),
            "the keys of profile `default` in ~/.aws/credentials",
        ),
    ] {
        let outcome = sandbox.run("-v --cluster-id c");
        let stderr = format!(
            "notice: signing with {keys}\nnotice: signing for sts.eu-central-1.amazonaws.com\n",
        );
        assert_eq!((outcome.code, outcome.stderr), (0, stderr));
    }
}
