//! Graphs of profiles that nobody would write: an answer comes, whatever leads where.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::support::Setup;

/// One line of a profile; `{}` is the name of some profile.
const LINES: [&str; 14] = [
    "role_arn = ROLE",
    "role_arn = ROLE2",
    "source_profile = {}",
    "source_profile = {}",
    "credential_source = Environment",
    "credential_source = Ec2InstanceMetadata",
    "web_identity_token_file = /t",
    "sso_account_id = 111122223333",
    "sso_role_name = Admin\nsso_region = eu-west-1\nsso_start_url = https://a.example",
    "sso_session = {}",
    "KEYS",
    "credential_process = /bin/x",
    "login_session = x",
    "mfa_serial = {}",
];

fn config() -> impl Strategy<Value = String> {
    let line = (0..LINES.len(), 0..8_usize);
    let profile = proptest::collection::vec(line, 0..5);
    proptest::collection::vec(profile, 1..8).prop_map(|profiles| {
        let mut text = String::new();
        for (name, lines) in profiles.iter().enumerate() {
            writeln!(text, "[profile p{name}]").unwrap();
            for (line, target) in lines {
                writeln!(
                    text,
                    "{}",
                    LINES[*line].replace("{}", &format!("p{target}"))
                )
                .unwrap();
            }
        }
        text + "[sso-session p0]\nsso_region = eu-west-1\nsso_start_url = https://a.example\n"
    })
}

proptest! {
    #[test]
    fn every_graph_of_profiles_has_an_answer(
        config in config(),
        line in prop_oneof![Just("--profile p0"), Just("AWS_PROFILE=p0"), Just("KEYS")],
    ) {
        let told = Setup::new(line, "", &config).told();
        prop_assert!(!told.is_empty() && !told.contains(crate::support::SECRET));
    }
}
