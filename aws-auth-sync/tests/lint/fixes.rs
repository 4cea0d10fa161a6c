//! What `--fix` writes.

use aws_auth_sync::lint::fix;

use crate::manifest::{named, role, roles, settings, subject};

#[test]
fn fixes_change_what_they_name_and_keep_every_other_byte() {
    for (before, after) in [
        (
            role("arn:aws:iam::111122223333:role/team/dev"),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (
            role("\"arn:aws:iam::111122223333:role/team/dev\""),
            role("\"arn:aws:iam::111122223333:role/dev\""),
        ),
        (
            role("arn:aws:sts::111122223333:assumed-role/dev/ann"),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (named("no", "[g]"), named("\"no\"", "[g]")),
        (
            named("{{SessionName}}", "[g]"),
            named("\"{{SessionName}}\"", "[g]"),
        ),
        (
            named("'d:{{ sessionname }}'", "[g]"),
            named("'d:{{SessionName}}'", "[g]"),
        ),
        (
            named("d", "\n  - a\n  - b\n  - a").replace("groups: \n", "groups:\n"),
            named("d", "\n  - a\n  - b").replace("groups: \n", "groups:\n"),
        ),
        (
            role("arn:aws:iam::111122223333:role/dev").replace("mapRoles", "maproles"),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (
            role("arn:aws:iam::111122223333:role/dev  # why"),
            role("arn:aws:iam::111122223333:role/dev  # why"),
        ),
        (
            role("arn:aws:iam::111122223333:role/dev  "),
            role("arn:aws:iam::111122223333:role/dev"),
        ),
        (
            format!("{}  mapAccounts: |\n    - 012345678901\n", roles("")),
            format!("{}  mapAccounts: |\n    - \"012345678901\"\n", roles("")),
        ),
    ] {
        let mended = fix::mend(&subject(&before), &settings());
        let text = mended.map_or(before.clone(), |mended| {
            String::from_utf8(mended.bytes).unwrap()
        });
        assert_eq!(text, after);
    }
}
