//! The order of the sources.

use crate::support::Setup;

/// All that a profile can hold, from the last that is tried to the first, but for a role that
/// other credentials assume.
const LADDER: [(&str, &str); 6] = [
    (
        "config KEYS",
        "the keys of profile `default` in ~/.aws/config",
    ),
    (
        "config credential_process = /bin/x",
        "profile `default` in ~/.aws/config: what its credential_process prints",
    ),
    (
        "config login_session = arn:aws:iam::111122223333:user/u",
        "profile `default` in ~/.aws/config: login session arn:aws:iam::111122223333:user/u",
    ),
    (
        "credentials KEYS",
        "the keys of profile `default` in ~/.aws/credentials",
    ),
    (
        "config sso_account_id = 111122223333\nsso_role_name = Admin\nsso_region = eu-west-1\n\
         sso_start_url = https://a.example/start",
        "profile `default` in ~/.aws/config: Admin of account 111122223333 by \
         https://a.example/start",
    ),
    (
        "config role_arn = ROLE\nweb_identity_token_file = /t",
        "profile `default` in ~/.aws/config: role ROLE by the token in /t",
    ),
];

#[test]
fn each_source_of_a_profile_wins_over_all_below_it() {
    let (mut credentials, mut config) = ("[default]\n".to_owned(), "[default]\n".to_owned());
    let container = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2";
    for (step, expected) in LADDER {
        let (file, lines) = step.split_once(' ').unwrap();
        let text = if file == "config" {
            &mut config
        } else {
            &mut credentials
        };
        text.push_str(lines);
        text.push('\n');
        assert_eq!(
            Setup::new(container, &credentials, &config).told(),
            expected,
            "{config}"
        );
    }
}

#[test]
fn environment_and_flag_decide_as_for_the_cli() {
    let all = "[default]\nKEYS\n[a]\nKEYS\n";
    let role = "[profile r]\nrole_arn = ROLE\nsource_profile = a\n[profile w]\n\
                role_arn = ROLE2\nweb_identity_token_file = /w\nrole_session_name = own\n\
                [profile none]\nregion = eu-west-1\n";
    let irsa = "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=ROLE";
    let of_a = "the keys of profile `a` in ~/.aws/credentials";
    let of_role = format!("profile `r` in ~/.aws/config: role ROLE through {of_a}");
    let exported = "AWS_WEB_IDENTITY_TOKEN_FILE: role ROLE by the token in /t";
    for (line, expected) in [
        ("KEYS", "the exported keys"),
        ("", "the keys of profile `default` in ~/.aws/credentials"),
        ("KEYS AWS_PROFILE=a", "the exported keys"),
        ("KEYS AWS_PROFILE=absent", "the exported keys"),
        ("KEYS --profile a", of_a),
        ("AWS_PROFILE=a", of_a),
        ("AWS_DEFAULT_PROFILE=a", of_a),
        ("AWS_PROFILE=r --profile a", of_a),
        (irsa, exported),
        (&format!("{irsa} AWS_PROFILE=a"), exported),
        (&format!("{irsa} --profile a"), of_a),
        // A role that other credentials assume wins over an exported web identity.
        (&format!("{irsa} AWS_PROFILE=r"), &of_role),
        (&format!("{irsa} KEYS AWS_PROFILE=r"), "the exported keys"),
        // Each of the three settings is the environment's, else the profile's.
        (
            &format!("{irsa} AWS_PROFILE=w"),
            "AWS_WEB_IDENTITY_TOKEN_FILE: role ROLE by the token in /t",
        ),
        (
            "AWS_ROLE_ARN=ROLE AWS_PROFILE=w",
            "profile `w` in ~/.aws/config: role ROLE by the token in /w",
        ),
        (
            "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_PROFILE=w",
            "AWS_WEB_IDENTITY_TOKEN_FILE: role ROLE2 by the token in /t",
        ),
        (
            &format!("{irsa} --profile w"),
            "profile `w` in ~/.aws/config: role ROLE2 by the token in /w",
        ),
    ] {
        assert_eq!(Setup::new(line, all, role).told(), expected, "{line}");
    }
}

#[test]
fn containers_and_instances_are_asked_when_the_profile_has_nothing() {
    let keys = "[default]\nKEYS\n";
    let none = "[profile none]\nregion = eu-west-1\n";
    let agent = "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x";
    for (line, expected) in [
        (agent, "the keys of profile `default` in ~/.aws/credentials"),
        (
            &format!("{agent} AWS_PROFILE=none"),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI: the container's agent",
        ),
        (
            &format!("{agent} AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2 --profile none"),
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: the container's agent",
        ),
        (
            "AWS_PROFILE=none",
            "the role of the EC2 instance, since no other source is set",
        ),
        (
            "--profile none AWS_EC2_METADATA_DISABLED=false",
            "the role of the EC2 instance, since no other source is set",
        ),
    ] {
        assert_eq!(Setup::new(line, keys, none).told(), expected, "{line}");
    }
    assert_eq!(
        Setup::new("", "", "").told(),
        "the role of the EC2 instance, since no other source is set"
    );
}

#[test]
fn single_sign_on_takes_each_setting_from_the_profile_or_its_session() {
    let session = "[sso-session corp]\nsso_region = eu-west-1\n\
                   sso_start_url = https://a.example/start\n";
    let quoted = session.replace("corp", "\"corp\"");
    let by_session = "profile `default` in ~/.aws/config: Admin of account 111122223333 by \
                      sso-session `corp`";
    let profile = "[default]\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
                   sso_session = corp\n";
    for config in [
        format!("{profile}{session}"),
        format!("{profile}{quoted}"),
        format!("{profile}sso_region = eu-west-1\n{session}"),
        // A part of the role in the session.
        format!(
            "[default]\nsso_role_name = Admin\nsso_session = corp\n{session}\
             sso_account_id = 111122223333\n",
        ),
    ] {
        assert_eq!(Setup::new("", "", &config).told(), by_session, "{config}");
    }
}
