//! What is refused, in which words and with which remedy.

use crate::support::{SECRET, Setup};

/// Lines of `[profile a]` in the config file, which is chosen by `--profile`, the error and the
/// hint. `@` stands for `of profile `a` in ~/.aws/config`.
const REFUSALS: &[(&str, &str, &str)] = &[
    // Roles.
    (
        "role_arn = ROLE",
        "role_arn @ is set, but neither source_profile nor credential_source is",
        "add source_profile with a profile that has credentials, or credential_source with \
         Environment, EcsContainer or Ec2InstanceMetadata",
    ),
    // As the AWS CLI: keys of the same profile do not count unless it names itself.
    (
        "role_arn = ROLE\nKEYS",
        "role_arn @ is set, but neither source_profile nor credential_source is",
        "add source_profile with a profile that has credentials, or credential_source with \
         Environment, EcsContainer or Ec2InstanceMetadata",
    ),
    (
        "role_arn = ROLE\nsource_profile = a\ncredential_source = Environment",
        "source_profile @ and credential_source @ are both set",
        "take one of them out, such as source_profile @",
    ),
    (
        "role_arn = ROLE\nsource_profile = bb\n[profile b]",
        "there is no profile `bb` (named by source_profile @) in ~/.aws/credentials (which does \
         not exist) or ~/.aws/config",
        "did you mean `b`?",
    ),
    (
        "role_arn = ROLE\nsource_profile = a",
        "source_profile @ closes a loop: a -> a",
        "give `a` keys of its own, or name another profile",
    ),
    (
        "role_arn = ROLE\nsource_profile = b\n[profile b]\nrole_arn = ROLE\nsource_profile = c\n\
         [profile c]\nrole_arn = ROLE\nsource_profile = b",
        "source_profile of profile `c` in ~/.aws/config closes a loop: b -> c -> b",
        "let one of them name a profile that has credentials",
    ),
    // A way back to the first profile is a loop even where that has keys.
    (
        "role_arn = ROLE\nsource_profile = b\nKEYS\n[profile b]\nrole_arn = ROLE\n\
         source_profile = a",
        "source_profile of profile `b` in ~/.aws/config closes a loop: a -> b -> a",
        "let one of them name a profile that has credentials",
    ),
    (
        "role_arn = ROLE\nsource_profile = b\n[profile b]\nregion = eu-west-1",
        "source_profile @ names `b`, a profile without credentials",
        "run `aws configure --profile b`, or name another profile",
    ),
    (
        "role_arn = ROLE\nsource_profile = b\n[profile b]\nsso_session = corp",
        "sso_session of profile `b` in ~/.aws/config is set, but sso_account_id and sso_role_name \
         are not",
        "set sso_account_id and sso_role_name too",
    ),
    (
        "role_arn = ROLE\nsource_profile = b\n[profile b]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "aws_access_key_id of profile `b` in ~/.aws/config is set, but aws_secret_access_key of \
         profile `b` in ~/.aws/config is not",
        "set aws_secret_access_key of profile `b` in ~/.aws/config, or unset the other",
    ),
    (
        "role_arn = ROLE\ncredential_source = environment",
        "credential_source @: \"environment\" is none of Environment, EcsContainer and \
         Ec2InstanceMetadata",
        "correct credential_source @, or take it out",
    ),
    (
        "role_arn = ROLE\ncredential_source = Environment",
        "credential_source @ is Environment, but AWS_ACCESS_KEY_ID is not set",
        "run it where that source is, or name another in credential_source",
    ),
    (
        "role_arn = ROLE\ncredential_source = EcsContainer",
        "credential_source @ is EcsContainer, but neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
         nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
        "run it where that source is, or name another in credential_source",
    ),
    (
        "role_arn = ROLE\ncredential_source = Ec2InstanceMetadata",
        "credential_source @ is Ec2InstanceMetadata, but AWS_EC2_METADATA_DISABLED is true",
        "run it where that source is, or name another in credential_source",
    ),
    (
        "source_profile = b",
        "source_profile @ is set, but role_arn is not",
        "set role_arn too",
    ),
    (
        "credential_source = Environment",
        "credential_source @ is set, but role_arn is not",
        "set role_arn too",
    ),
    // Values.
    (
        "role_arn = arn:aws:iam::111122223333:user/u\nsource_profile = a",
        "role_arn @: \"arn:aws:iam::111122223333:user/u\" is not the ARN of an IAM role, \
         arn:PARTITION:iam::ACCOUNT:role/NAME",
        "correct role_arn @, or take it out",
    ),
    (
        "role_arn = ROLE\nsource_profile = a\nrole_session_name = a b",
        "role_session_name @: \"a b\" is not a session name (2 to 64 letters, digits and _ + = , . \
         @ -)",
        "correct role_session_name @, or take it out",
    ),
    (
        "role_arn = ROLE\nsource_profile = a\nexternal_id = x",
        "external_id @: it is not 2 to 1224 letters, digits and _ + = , . @ : / -",
        "correct external_id @, or take it out",
    ),
    (
        "role_arn = ROLE\nsource_profile = a\nduration_seconds = 899",
        "duration_seconds @: \"899\" is not a number of seconds from 900 to 43200",
        "correct duration_seconds @, or take it out",
    ),
    (
        "role_arn = ROLE\nsource_profile = a\nduration_seconds = 1h",
        "duration_seconds @: \"1h\" is not a number of seconds from 900 to 43200",
        "correct duration_seconds @, or take it out",
    ),
    (
        "role_arn = ROLE\nsource_profile = a\nmfa_serial = phone",
        "mfa_serial @: \"phone\" is not an MFA device: its ARN, or a serial number of 9 to 256 \
         letters, digits and _ + = / : , . @ -",
        "correct mfa_serial @, or take it out",
    ),
    // Web identity.
    (
        "web_identity_token_file = /t",
        "web_identity_token_file @ is set, but role_arn @ is not",
        "set role_arn @, or unset the other",
    ),
    // Single sign-on.
    (
        "sso_session = corp",
        "sso_session @ is set, but sso_account_id and sso_role_name are not",
        "set sso_account_id and sso_role_name too",
    ),
    (
        "sso_start_url = https://a.example",
        "sso_start_url @ is set, but sso_account_id and sso_role_name are not",
        "set sso_account_id and sso_role_name too",
    ),
    (
        "sso_account_id = 111122223333",
        "single sign-on of profile `a` in ~/.aws/config lacks sso_role_name, sso_region, \
         sso_start_url",
        "run `aws configure sso --profile a`",
    ),
    (
        "sso_role_name = Admin\nsso_account_id = 111122223333\nsso_session = corp\n\
         [sso-session corp]\nsso_region = eu-west-1",
        "single sign-on of profile `a` in ~/.aws/config lacks sso_start_url",
        "run `aws configure sso --profile a`",
    ),
    (
        "sso_role_name = Admin\nsso_account_id = 111122223333\nsso_session = corp",
        "sso_session @ names `corp`, but ~/.aws/config has no [sso-session corp]",
        "run `aws configure sso-session`, or name another",
    ),
    (
        "sso_role_name = Admin\nsso_account_id = 111122223333\nsso_session = corp\n\
         sso_region = eu-west-2\n[sso-session corp]\nsso_region = eu-west-1\n\
         sso_start_url = https://a.example",
        "sso_region @ and sso_region of sso-session `corp` in ~/.aws/config differ",
        "take sso_region @ out",
    ),
    (
        "sso_role_name = Admin\nsso_account_id = 1\nsso_region = eu-west-1\n\
         sso_start_url = https://a.example",
        "sso_account_id @: \"1\" is not an account number (exactly 12 digits)",
        "correct sso_account_id @, or take it out",
    ),
    (
        "sso_role_name = Admin\nsso_account_id = 111122223333\nsso_region = Ireland\n\
         sso_start_url = https://a.example",
        "sso_region @: \"Ireland\" is not a region name (1 to 32 lower-case letters, digits and \
         inner hyphens, such as us-west-2)",
        "correct sso_region @, or take it out",
    ),
    // Nothing.
    (
        "region = eu-west-1",
        "there are none: ~/.aws/credentials does not exist, ~/.aws/config has no keys for profile \
         `a`",
        "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`",
    ),
];

#[test]
fn says_what_is_wrong_with_a_profile_and_what_to_do() {
    for (lines, what, hint) in REFUSALS {
        let config = format!("[profile a]\n{lines}\n");
        let setup = Setup::new("--profile a AWS_EC2_METADATA_DISABLED=True", "", &config);
        let expected = format!("{what}\n{hint}").replace('@', "of profile `a` in ~/.aws/config");
        // Where the text itself has an `@`.
        let expected = expected.replace(", . of profile `a` in ~/.aws/config ", ", . @ ");
        let told = setup.told();
        assert_eq!(told, expected, "{lines}");
        assert!(!told.contains(SECRET));
    }
}

#[test]
fn says_what_is_wrong_with_an_exported_web_identity() {
    let file = "AWS_WEB_IDENTITY_TOKEN_FILE=/t";
    for (line, expected) in [
        (
            file.to_owned(),
            "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not\n\
             set AWS_ROLE_ARN, or unset the other",
        ),
        (
            format!("{file} AWS_ROLE_ARN=r"),
            "AWS_ROLE_ARN: \"r\" is not the ARN of an IAM role, \
             arn:PARTITION:iam::ACCOUNT:role/NAME\ncorrect AWS_ROLE_ARN, or take it out",
        ),
        (
            format!("{file} AWS_ROLE_ARN=ROLE AWS_ROLE_SESSION_NAME=x"),
            "AWS_ROLE_SESSION_NAME: \"x\" is not a session name (2 to 64 letters, digits and _ + = \
             , . @ -)\ncorrect AWS_ROLE_SESSION_NAME, or take it out",
        ),
        // A named profile has to be there, whoever wins.
        (
            format!("{file} AWS_ROLE_ARN=ROLE AWS_PROFILE=absent"),
            "there is no profile `absent` (named by AWS_PROFILE) in ~/.aws/credentials (which does \
             not exist) or ~/.aws/config (which does not exist)\n\
             run `aws configure --profile absent`",
        ),
    ] {
        assert_eq!(Setup::new(&line, "", "").told(), expected, "{line}");
    }
}

#[test]
fn half_a_pair_of_exported_keys_is_refused_unless_the_flag_is_given() {
    let half = "AWS_SECRET_ACCESS_KEY=x";
    let file = "[default]\nKEYS\n";
    assert_eq!(
        Setup::new(half, file, "").told(),
        "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not\n\
         set AWS_ACCESS_KEY_ID, or unset the other",
    );
    assert_eq!(
        Setup::new(&format!("{half} --profile default"), file, "").told(),
        "the keys of profile `default` in ~/.aws/credentials",
    );
}
