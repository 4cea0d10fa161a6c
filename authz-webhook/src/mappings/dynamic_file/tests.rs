//! Files as other programs write them for aws-iam-authenticator, and every way to get one wrong.

use iam_core::principal::Principal;

use super::*;
use crate::config::BackendMode;
use crate::mappings::{Loading, Snapshot, Sought};

const ORIGIN: &str = "dynamic.json";

/// As in the peer's documentation.
const FILE: &str = r#"{
  "LastUpdatedDateTime": "1700000000",
  "Version": "7",
  "ClusterId": "000000000098",
  "mapRoles": [
    {"rolearn": "arn:aws:iam::111122223333:role/Admin", "username": "admin:{{SessionName}}",
     "groups": ["system:masters"], "userid": "AROAADMIN"},
    {"RoleARN": "arn:aws:iam::111122223333:role/path/Ops", "UserName": "ops", "userid": "AROAOPS"},
    {"username": "by-id", "groups": null, "userid": "AROABYID"}
  ],
  "mapUsers": [
    {"userarn": "arn:aws:iam::111122223333:user/eng/Alice", "username": "alice", "userid": "AIDAALICE"},
    {"userarn": "arn:aws:iam::111122223333:user/bob", "username": "bob", "userid": "AROAADMIN"}
  ],
  "mapAccounts": ["444455556666"]
}"#;

const ADMIN: &str = "arn:aws:sts::111122223333:assumed-role/Admin/jane";
const OPS: &str = "arn:aws:sts::111122223333:assumed-role/Ops/jane";
const ALICE: &str = "arn:aws:iam::111122223333:user/eng/Alice";
const BOB: &str = "arn:aws:iam::111122223333:user/bob";

fn parse(text: &str) -> DynamicDocument {
    DynamicDocument::parse(text).unwrap()
}

fn snapshot(text: &str, match_by: MatchBy) -> Snapshot {
    let (held, _) = compile(ORIGIN, &parse(text), match_by);
    Snapshot::empty(&[BackendMode::DynamicFile]).with(0, held, Loading::Done)
}

/// The username template of a caller, or its account's place.
fn mapped(snapshot: &Snapshot, arn: &str, id: &str) -> Option<String> {
    let principal: Principal = arn.parse().unwrap();
    let hit = snapshot.lookup(&Sought::new(&principal, id)).ok()??;
    Some(match hit.names {
        Some(names) => names.username.to_string(),
        None => hit.place.to_string(),
    })
}

fn told(text: &str, match_by: MatchBy) -> Vec<String> {
    let (_, document) = compile(ORIGIN, &parse(text), match_by);
    let told = document.diagnostics().iter();
    told.map(ToString::to_string).collect()
}

#[test]
fn entries_are_matched_by_their_arns_whatever_their_ids() {
    let snapshot = snapshot(FILE, MatchBy::Arn);
    let table = [
        (ADMIN, "AROAOTHER", Some("admin:{{SessionName}}")),
        (OPS, "AROAOTHER", Some("ops")),
        (ALICE, "AIDAOTHER", Some("alice")),
        (BOB, "AIDABOB", Some("bob")),
        ("arn:aws:iam::111122223333:user/Alice", "AIDAALICE", None),
        (
            "arn:aws:sts::111122223333:assumed-role/other/jane",
            "AROABYID",
            None,
        ),
        (
            "arn:aws:iam::444455556666:user/x",
            "AIDAX",
            Some("DynamicFile dynamic.json mapAccounts[0] line 15"),
        ),
        ("arn:aws:iam::444455556666:root", "444455556666", None),
    ];
    for (arn, id, expected) in table {
        assert_eq!(
            mapped(&snapshot, arn, id).as_deref(),
            expected,
            "{arn} {id}"
        );
    }
}

#[test]
fn with_strict_ids_the_id_finds_the_entry_and_its_arn_must_agree() {
    let snapshot = snapshot(FILE, MatchBy::UserId);
    let table = [
        (ADMIN, "AROAADMIN", Some("admin:{{SessionName}}")),
        // The role was deleted and made anew: another id.
        (ADMIN, "AROAOTHER", None),
        // Ids are compared letter by letter.
        (ADMIN, "aroaadmin", None),
        // The id of somebody else.
        (ADMIN, "AROAOPS", None),
        // A role's path is left out, a user's is not.
        (OPS, "AROAOPS", Some("ops")),
        (ALICE, "AIDAALICE", Some("alice")),
        ("arn:aws:iam::111122223333:user/Alice", "AIDAALICE", None),
        (
            "arn:aws:iam::111122223333:user/ENG/alice",
            "AIDAALICE",
            Some("alice"),
        ),
        // Without an ARN the id suffices.
        (
            "arn:aws:sts::111122223333:assumed-role/any/jane",
            "AROABYID",
            Some("by-id"),
        ),
        // A role's entry with the id hides a user's, even though its ARN disagrees.
        (BOB, "AROAADMIN", None),
        (
            "arn:aws:iam::444455556666:user/x",
            "AIDAX",
            Some("DynamicFile dynamic.json mapAccounts[0] line 15"),
        ),
        // The account lets those in, too, whose ARN does not agree with their id.
        (
            "arn:aws:iam::444455556666:user/x",
            "AIDAALICE",
            Some("DynamicFile dynamic.json mapAccounts[0] line 15"),
        ),
        ("arn:aws:iam::444455556666:root", "444455556666", None),
        (ADMIN, "", None),
    ];
    for (arn, id, expected) in table {
        assert_eq!(
            mapped(&snapshot, arn, id).as_deref(),
            expected,
            "{arn} {id}"
        );
    }
}

#[test]
fn a_permission_set_may_stand_in_place_of_an_arn() {
    let file = r#"{"mapRoles": [{"sso": {"permissionSetName": "View", "accountID": "111122223333"},
        "username": "view", "userid": "AROAVIEW"}]}"#;
    let role = |name: &str| format!("arn:aws:sts::111122223333:assumed-role/{name}/jane");
    let view = role("AWSReservedSSO_View_0123456789abcdef");
    let other = role("AWSReservedSSO_View_Extra_0123456789abcdef");
    for match_by in [MatchBy::Arn, MatchBy::UserId] {
        let snapshot = snapshot(file, match_by);
        assert_eq!(
            mapped(&snapshot, &view, "AROAVIEW").as_deref(),
            Some("view")
        );
        assert_eq!(mapped(&snapshot, &other, "AROAVIEW"), None);
    }
}

#[test]
fn a_faulty_entry_falls_alone_with_its_place() {
    let file = r#"{"mapRoles": [
  {"rolearn": "arn:aws:iam::111122223333:role/good", "username": "good", "userid": "A"},
  {"rolearn": 1, "username": "u"}, "text", null,
  {"rolearn": "arn:aws:iam::111122223333:role/a", "username": "u", "groups": "g", "userid": "B"},
  {"rolearn": "arn:aws:sts::111122223333:assumed-role/a/jane", "username": "u", "userid": "C"},
  {"rolearn": "arn:aws:iam::111122223333:role/b", "userid": "D"},
  {"rolearn": "arn:aws:iam::111122223333:role/c", "group": ["g"], "username": "c", "userid": "AROA:s"}
], "mapAccounts": [444455556666, "4444"], "mapRole": []}"#;
    let by_arn = [
        "dynamic.json:3:3: mapRoles[1]: rolearn: invalid type: integer `1`, expected a string: the \
         entry is left out",
        "dynamic.json:3:36: mapRoles[2]: invalid type: string \"text\", expected an object: the \
         entry is left out",
        "dynamic.json:3:44: mapRoles[3]: the entry has no rolearn: the entry is left out",
        "dynamic.json:4:3: mapRoles[4]: groups: invalid type: string \"g\", expected a sequence: \
         the entry is left out",
        "dynamic.json:7:3: mapRoles[7]: the key group is unknown: it has no effect",
        "dynamic.json:8:20: mapAccounts[0]: invalid type: integer `444455556666`, expected a \
         string: the entry is left out",
        "dynamic.json:5:3: mapRoles[5]: the ARN can match nobody: an assumed-role ARN matches \
         nobody: sessions are mapped by their role, arn:…:iam::ACCOUNT:role/NAME: the entry is left \
         out (write arn:aws:iam::111122223333:role/a)",
        "dynamic.json:6:3: mapRoles[6]: the username is missing: the entry is left out (add a \
         username, of text)",
        "dynamic.json:8:34: mapAccounts[1]: \"4444\" is not an account number (exactly 12 digits): the \
         entry is left out (write the account number in quotes, leading zeros included)",
        "dynamic.json: the key mapRole is unknown: it has no effect",
    ];
    assert_eq!(told(file, MatchBy::Arn), by_arn);
    let by_id = told(file, MatchBy::UserId);
    let of_ids = [
        "dynamic.json:3:44: mapRoles[3]: the entry has no userid, by which this file's entries are \
         matched: the entry is left out (add the unique id: AROA… of a role, AIDA… of a user)",
        "dynamic.json:7:3: mapRoles[7]: the userid holds a session and matches nobody: write AROA",
    ];
    for expected in of_ids {
        assert!(by_id.iter().any(|told| told == expected), "{by_id:#?}");
    }
    let snapshot = snapshot(file, MatchBy::Arn);
    let good = "arn:aws:sts::111122223333:assumed-role/good/jane";
    assert_eq!(mapped(&snapshot, good, "A").as_deref(), Some("good"));
}

#[test]
fn of_equal_entries_the_last_acts() {
    let role = |username: &str| {
        format!(
            "{{\"rolearn\": \"arn:aws:iam::111122223333:role/A\", \"username\": \"{username}\", \
             \"userid\": \"AROAA\"}}"
        )
    };
    let file = format!("{{\"mapRoles\": [{},\n{}]}}", role("first"), role("last"));
    let caller = "arn:aws:sts::111122223333:assumed-role/A/jane";
    for (match_by, what) in [
        (MatchBy::Arn, "names the same principal"),
        (MatchBy::UserId, "has the same userid"),
    ] {
        let snapshot = snapshot(&file, match_by);
        assert_eq!(mapped(&snapshot, caller, "AROAA").as_deref(), Some("last"));
        let expected = format!(
            "dynamic.json:2:1: mapRoles[1]: the entry on line 1 {what}: this one replaces it"
        );
        assert_eq!(told(&file, match_by), [expected]);
    }
}

#[test]
fn what_is_no_such_document_is_refused_as_a_whole() {
    let table = [
        (
            "",
            "not a JSON object of mappings: EOF while parsing a value at line 1 column 0",
        ),
        (
            "[]",
            "not a JSON object of mappings: invalid type: sequence, expected an object at line 1 column 2",
        ),
        (
            "{\"mapRoles\": [}",
            "not a JSON object of mappings: expected value at line 1 column 15",
        ),
        (
            "{} {}",
            "not a JSON object of mappings: trailing characters at line 1 column 4",
        ),
        (
            "\u{feff}{}",
            "not a JSON object of mappings: expected value at line 1 column 1",
        ),
        (
            "mapRoles: []",
            "not a JSON object of mappings: expected value at line 1 column 1",
        ),
        (
            "{\"mapUsers\":\n {}}",
            "line 2, column 2: mapUsers is no list",
        ),
        (
            "{\"mapAccounts\": \"444455556666\"}",
            "line 1, column 17: mapAccounts is no list",
        ),
    ];
    for (text, expected) in table {
        let error = DynamicDocument::parse(text).map_err(|error| error.to_string());
        assert_eq!(error.err().as_deref(), Some(expected), "{text:?}");
    }
    for text in ["{}", "null", "{\"mapRoles\": null}"] {
        assert_eq!(parse(text), DynamicDocument::default(), "{text}");
    }
}

#[test]
fn of_equal_keys_the_last_counts_unless_it_is_null() {
    let file = r#"{"mapUsers": [], "MAPUSERS": [{"userarn": "arn:aws:iam::111122223333:user/bob",
        "Username": "first", "username": "last", "USERNAME": null}], "mapusers": null}"#;
    let snapshot = snapshot(file, MatchBy::Arn);
    assert_eq!(mapped(&snapshot, BOB, "AIDAB").as_deref(), Some("last"));
}

#[test]
fn a_file_that_was_deleted_maps_nobody_and_a_volume_that_is_gone_is_a_fault() {
    let home = tempfile::tempdir().unwrap();
    let absent = read(&home.path().join("dynamic.json")).unwrap();
    assert_eq!(absent, DynamicDocument::absent());
    let told = compile(ORIGIN, &absent, MatchBy::Arn).1;
    let told: Vec<String> = told.diagnostics().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["dynamic.json: the file does not exist: it maps nobody"]
    );
    assert!(read(&home.path().join("no/dynamic.json")).is_err());
    assert!(read(home.path()).is_err());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", home.path().join("link")).unwrap();
        assert!(read(&home.path().join("link")).is_err());
    }
}
