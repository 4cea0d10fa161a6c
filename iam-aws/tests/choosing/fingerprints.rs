//! What a cache is keyed by.

use std::collections::BTreeSet;

use crate::support::{KEY, SECRET, Setup};

fn fed(line: &str, config: &str) -> Vec<(String, String)> {
    let setup = Setup::new(line, "", config);
    let choice = setup.choose().unwrap_or_else(|error| panic!("{error}"));
    let mut all = Vec::new();
    choice.source.fingerprint(&mut |label, value| {
        let value = setup.short(std::str::from_utf8(value).unwrap());
        all.push((label.to_owned(), value));
    });
    all
}

#[test]
fn every_link_of_a_chain_is_fed_in_order_and_no_secret_is() {
    let config = "[default]\nrole_arn = ROLE\nsource_profile = b\nexternal_id = ext\n\
                  role_session_name = dev\nduration_seconds = 900\nmfa_serial = 123456789\n\
                  [profile b]\nrole_arn = ROLE2\nsource_profile = c\n[profile c]\nKEYS\n";
    let expected = [
        ("source", "role"),
        ("origin", "profile `default` in ~/.aws/config"),
        ("role_arn", "ROLE"),
        ("role_session_name", "dev"),
        ("external_id", "ext"),
        ("duration_seconds", "900"),
        ("mfa_serial", "123456789"),
        ("source", "role"),
        ("origin", "profile `b` in ~/.aws/config"),
        ("role_arn", "ROLE2"),
        ("source", "keys"),
        ("origin", "profile `c` in ~/.aws/config"),
        ("access_key_id", KEY),
    ]
    .map(|(label, value)| (label.to_owned(), value.to_owned()));
    let found = fed("", config);
    assert_eq!(found, expected);
    assert!(found.iter().all(|(_, value)| !value.contains(SECRET)));
}

#[test]
fn any_value_that_decides_makes_another_fingerprint() {
    let sso = "[default]\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
               sso_region = eu-west-1\nsso_start_url = https://a.example\n";
    let session = "[default]\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
                   sso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n\
                   sso_start_url = https://a.example\n";
    let web = "[default]\nrole_arn = ROLE\nweb_identity_token_file = /t\n";
    let role = "[default]\nrole_arn = ROLE\ncredential_source = Ec2InstanceMetadata\n";
    let configs = [
        "[default]\nKEYS\n".to_owned(),
        "[default]\ncredential_process = /bin/x\n".to_owned(),
        "[default]\ncredential_process = /bin/x --y\n".to_owned(),
        "[default]\nlogin_session = x\n".to_owned(),
        "[default]\nlogin_session = y\n".to_owned(),
        sso.to_owned(),
        sso.replace("111122223333", "444455556666"),
        sso.replace("Admin", "Reader"),
        sso.replace("eu-west-1", "eu-west-2"),
        sso.replace("a.example", "b.example"),
        session.to_owned(),
        session.replace("corp", "other"),
        web.to_owned(),
        web.replace("/t", "/u"),
        web.replace("ROLE", "ROLE2"),
        format!("{web}role_session_name = dev\n"),
        role.to_owned(),
        role.replace("ROLE", "ROLE2"),
        format!("{role}external_id = ext\n"),
        format!("{role}role_session_name = ext\n"),
        format!("{role}duration_seconds = 900\n"),
        format!("{role}mfa_serial = 123456789\n"),
        String::new(),
    ];
    let mut all: BTreeSet<_> = configs.iter().map(|config| fed("", config)).collect();
    let lines = [
        "KEYS",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/a",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/b",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=/a",
        "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=ROLE",
    ];
    all.extend(lines.iter().map(|line| fed(line, "")));
    assert_eq!(all.len(), configs.len() + lines.len());
}
