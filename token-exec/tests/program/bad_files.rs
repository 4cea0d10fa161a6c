//! Shared AWS files that cannot be used: each names the file, the line and the remedy.

use std::fs;

use crate::support::{KEY, SECRET, Sandbox, refused};

const LINE: &str = "--cluster-name prod --region us-west-2";
const SYNTAX: &str = "hint: a section is `[default]` or `[profile NAME]` (in the credentials file \
                      `[NAME]`), a setting `key = value`";

const UNREADABLE: &str = "hint: make it readable to you, or name another file in AWS_CONFIG_FILE or \
                          AWS_SHARED_CREDENTIALS_FILE";

#[test]
fn a_file_that_does_not_parse_is_named_with_the_line() {
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    for (name, text, fault, hint) in [
        (
            "config",
            b"region = x\n".to_vec(),
            "line 1: Expected a profile definition",
            SYNTAX,
        ),
        (
            "config",
            b"\xef\xbb\xbf[default]\r\n\r\nregion\r\n".to_vec(),
            "line 3: Expected an '=' sign defining a property",
            SYNTAX,
        ),
        (
            "credentials",
            format!("[default]\n{keys}{SECRET}\n").into_bytes(),
            "line 4: Expected an '=' sign defining a property",
            SYNTAX,
        ),
        (
            "credentials",
            b"[default\n".to_vec(),
            "line 1: Profile definition must end with ']'",
            SYNTAX,
        ),
        (
            "credentials",
            b"[default]\n\n= x\n".to_vec(),
            "line 3: Property did not have a name",
            SYNTAX,
        ),
        (
            "credentials",
            b"[default]\n# caf\xe9\n".to_vec(),
            "line 2: the text is not UTF-8",
            "hint: save the file as UTF-8",
        ),
        (
            "config",
            b"\xff\xfe[\0d\0]\0".to_vec(),
            "line 1: the text is not UTF-8",
            "hint: save the file as UTF-8",
        ),
        (
            "config",
            vec![b'#'; 10 << 20],
            "it is larger than 4 MiB",
            "hint: check AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE",
        ),
    ] {
        let what = format!("token-exec: reading the shared AWS files: ~/.aws/{name}: {fault}");
        let sandbox = Sandbox::with_profile().file(name, &text);
        assert_eq!(sandbox.run(LINE), refused(1, &[&what, hint]));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let sandbox = Sandbox::with_profile();
    fs::remove_file(sandbox.path("config")).unwrap();
    fs::create_dir(sandbox.path("config")).unwrap();
    assert_eq!(
        sandbox.run(LINE),
        refused(
            1,
            &[
                "token-exec: reading the shared AWS files: ~/.aws/config: cannot read it: is a \
                 directory",
                UNREADABLE,
            ],
        ),
    );
}

#[cfg(unix)]
#[test]
fn what_the_system_says_of_a_file_is_passed_on() {
    let sandbox = Sandbox::with_profile();
    let config = sandbox.path("config");
    fs::remove_file(&config).unwrap();
    // A loop: not even the superuser can read it.
    std::os::unix::fs::symlink(&config, &config).unwrap();
    let what = format!(
        "token-exec: reading the shared AWS files: ~/.aws/config: cannot read it: {}",
        fs::metadata(&config).unwrap_err(),
    );
    assert_eq!(sandbox.run(LINE), refused(1, &[&what, UNREADABLE]));
}

#[test]
fn faults_in_other_peoples_sections_change_nothing() {
    let config = "[default]\nregion = us-west-2\nmy key = x\n[stray]\na = b\n[profile a b]\n\
                  [services s]\nsts =\n  endpoint_url = http://127.0.0.1:1\n";
    let outcome = Sandbox::with_profile()
        .file("config", config)
        .run("--cluster-name prod");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[test]
fn a_profile_that_leads_nowhere_is_named_with_the_setting() {
    const ROLE: &str = "role_arn = arn:aws:iam::111122223333:role/dev\n";
    for (config, fault, hint) in [
        (
            format!(
                "[default]\n{ROLE}source_profile = b\n[profile b]\n{ROLE}source_profile = default\n"
            ),
            "source_profile of profile `b` in ~/.aws/config closes a loop: default -> b -> default",
            "let one of them name a profile that has credentials",
        ),
        (
            format!("[default]\n{ROLE}"),
            "role_arn of profile `default` in ~/.aws/config is set, but neither source_profile nor \
             credential_source is",
            "add source_profile with a profile that has credentials, or credential_source with \
             Environment, EcsContainer or Ec2InstanceMetadata",
        ),
        (
            format!("[default]\r\n{ROLE}source_profile = b\r\nduration_seconds = 60\r\n"),
            "duration_seconds of profile `default` in ~/.aws/config: \"60\" is not a number of \
             seconds from 900 to 43200",
            "correct duration_seconds of profile `default` in ~/.aws/config, or take it out",
        ),
        (
            "[default]\nrole_arn = arn:aws:iam::111122223333:user/dev\nsource_profile = b\n"
                .to_owned(),
            "role_arn of profile `default` in ~/.aws/config: \
             \"arn:aws:iam::111122223333:user/dev\" is not the ARN of an IAM role, \
             arn:PARTITION:iam::ACCOUNT:role/NAME",
            "correct role_arn of profile `default` in ~/.aws/config, or take it out",
        ),
        (
            "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n"
                .to_owned(),
            "sso_session of profile `default` in ~/.aws/config names `corp`, but ~/.aws/config has \
             no [sso-session corp]",
            "run `aws configure sso-session`, or name another",
        ),
    ] {
        let what = format!("token-exec: looking for credentials: {fault}");
        let hint = format!("hint: {hint}");
        let sandbox = Sandbox::empty().file("config", &config);
        assert_eq!(sandbox.run(LINE), refused(1, &[&what, &hint]), "{config}");
    }
}
