//! Roles assumed one with another.

use std::fmt::Write as _;
use std::time::Duration;

use iam_aws::source::{RoleRequest, Source};

use crate::support::Setup;

/// A config file, who is chosen, and what comes out.
const CHAINS: &[(&str, &str, &str)] = &[
    (
        "[profile a]\nrole_arn = ROLE\nsource_profile = b\n[profile b]\nKEYS\n",
        "a",
        "profile `a` in ~/.aws/config: role ROLE through the keys of profile `b` in ~/.aws/config",
    ),
    (
        "[profile a]\nrole_arn = ROLE\nsource_profile = b\n[profile b]\nrole_arn = ROLE2\n\
         source_profile = c\n[profile c]\ncredential_process = /bin/x\n",
        "a",
        "profile `a` in ~/.aws/config: role ROLE through profile `b` in ~/.aws/config: role ROLE2 \
         through profile `c` in ~/.aws/config: what its credential_process prints",
    ),
    // A profile that names itself has its own keys assume the role.
    (
        "[profile a]\nrole_arn = ROLE\nsource_profile = a\nKEYS\n",
        "a",
        "profile `a` in ~/.aws/config: role ROLE through the keys of profile `a` in ~/.aws/config",
    ),
    // In a source profile keys win over a role, and single sign-on over both.
    (
        "[profile a]\nrole_arn = ROLE\nsource_profile = b\n[profile b]\nrole_arn = ROLE2\n\
         source_profile = a\nKEYS\n",
        "a",
        "profile `a` in ~/.aws/config: role ROLE through the keys of profile `b` in ~/.aws/config",
    ),
    (
        "[profile a]\nrole_arn = ROLE\nsource_profile = b\n[profile b]\nrole_arn = ROLE2\n\
         source_profile = a\nKEYS\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
         sso_region = eu-west-1\nsso_start_url = https://a.example\n",
        "a",
        "profile `a` in ~/.aws/config: role ROLE through profile `b` in ~/.aws/config: Admin of \
         account 111122223333 by https://a.example",
    ),
    // The role of a web identity needs nobody else.
    (
        "[profile a]\nrole_arn = ROLE\nsource_profile = b\n[profile b]\nrole_arn = ROLE2\n\
         web_identity_token_file = /t\n",
        "a",
        "profile `a` in ~/.aws/config: role ROLE through profile `b` in ~/.aws/config: role ROLE2 \
         by the token in /t",
    ),
    (
        "[profile a]\nrole_arn = ROLE\ncredential_source = Ec2InstanceMetadata\n",
        "a",
        "profile `a` in ~/.aws/config: role ROLE through profile `a` in ~/.aws/config: the role \
         of the EC2 instance",
    ),
    (
        "[profile a]\nrole_arn = ROLE\nsource_profile = b\n[profile b]\nrole_arn = ROLE2\n\
         credential_source = Environment\n",
        "a KEYS",
        "profile `a` in ~/.aws/config: role ROLE through profile `b` in ~/.aws/config: role ROLE2 \
         through the exported keys",
    ),
    (
        "[profile a]\nrole_arn = ROLE\ncredential_source = EcsContainer\n",
        "a AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2",
        "profile `a` in ~/.aws/config: role ROLE through AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: \
         the container's agent",
    ),
];

#[test]
fn chains_lead_to_their_last_profile() {
    for (config, profile, expected) in CHAINS {
        let setup = Setup::new(&format!("--profile {profile}"), "", config);
        assert_eq!(&setup.told(), expected, "{config}");
    }
}

#[test]
fn a_role_and_its_source_may_stand_in_both_files() {
    let setup = Setup::new(
        "--profile a",
        "[a]\nsource_profile = b\n[b]\nKEYS\n",
        "[profile a]\nrole_arn = ROLE\nsource_profile = absent\n",
    );
    assert_eq!(
        setup.told(),
        "profile `a` in ~/.aws/config: role ROLE through the keys of profile `b` in \
         ~/.aws/credentials",
    );
}

#[test]
fn the_parameters_of_a_role_are_read() {
    let config = "[default]\nrole_arn = ROLE\ncredential_source = Ec2InstanceMetadata\n\
                  role_session_name = dev@corp\nexternal_id = a:b/c-d\nduration_seconds = 43200\n\
                  mfa_serial = arn:aws:iam::111122223333:mfa/dev\n";
    let choice = Setup::new("", "", config).choose();
    let Ok(Source::Role(role)) = choice.map(|choice| choice.source) else {
        panic!("no role was chosen");
    };
    let expected = RoleRequest {
        role_arn: crate::support::ROLE.parse().unwrap(),
        session_name: Some("dev@corp".parse().unwrap()),
        external_id: Some("a:b/c-d".to_owned()),
        duration: Some(Duration::from_secs(43_200)),
        mfa_serial: Some("arn:aws:iam::111122223333:mfa/dev".to_owned()),
    };
    assert_eq!(role.request, expected);
}

/// `count` roles, each assumed by the next, the last by the profile `end`.
fn long(count: usize) -> String {
    let mut config = String::new();
    for at in 0..count {
        let next = if at + 1 == count {
            "end".to_owned()
        } else {
            format!("p{}", at + 1)
        };
        writeln!(
            config,
            "[profile p{at}]\nrole_arn = ROLE\nsource_profile = {next}"
        )
        .unwrap();
    }
    config + "[profile end]\nKEYS\n"
}

#[test]
fn a_thousand_roles_are_chosen_and_more_are_refused() {
    let told = Setup::new("--profile p0", "", &long(1_000)).told();
    assert_eq!(told.matches("role ROLE through").count(), 1_000);
    assert!(told.ends_with("through the keys of profile `end` in ~/.aws/config"));
    assert_eq!(
        Setup::new("--profile p0", "", &long(1_001)).told(),
        "source_profile leads through more than 1000 roles\n\
         assume the role from a profile nearer to it",
    );
    assert_eq!(
        Setup::new("--profile p0", "", &long(20_000)).told(),
        "source_profile leads through more than 1000 roles\n\
         assume the role from a profile nearer to it",
    );
}
