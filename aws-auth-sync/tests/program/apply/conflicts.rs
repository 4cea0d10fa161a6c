//! Another writer came first.

use serde_json::json;

use crate::apply::server::{GET, PATCH, POST, apply};
use crate::apply::{after, before, lines, object, status};
use crate::sandbox::result;

#[test]
fn a_conflict_is_a_new_plan() {
    let done = || vec![after("9"), after("9")];
    let conflict = || status(409, "Conflict");
    let absent = || status(404, "NotFound");
    let table = [
        (
            vec![before("5"), conflict(), before("6")],
            vec![GET, PATCH, GET, PATCH, GET],
        ),
        (
            vec![before("5"), absent(), absent()],
            vec![GET, PATCH, GET, POST, GET],
        ),
        (
            vec![absent(), status(409, "AlreadyExists"), before("6")],
            vec![GET, POST, GET, PATCH, GET],
        ),
    ];
    for (answers, expected) in table {
        let (output, asked) = apply(&["--create"], [answers, done()].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(lines(&asked), expected);
    }
}

#[test]
fn a_new_plan_keeps_what_others_wrote_meanwhile_and_is_guarded_again() {
    let theirs = object("6", &[], &["444455556666", "777788889999"]);
    let answers = vec![
        before("5"),
        status(409, "Conflict"),
        theirs,
        after("9"),
        after("9"),
    ];
    let (_, asked) = apply(&[], answers);
    let accounts = asked
        .get(3)
        .unwrap()
        .body
        .pointer("/data/mapAccounts")
        .cloned();
    let expected = "- \"444455556666\"\n- \"777788889999\"\n- \"111122223333\"\n";
    assert_eq!(accounts, Some(json!(expected)));

    // Now most of it would go.
    let ours = [
        "111122223333",
        "000000000001",
        "000000000002",
        "000000000003",
    ];
    let several = object("6", &ours, &[]);
    let (output, asked) = apply(&[], vec![before("5"), status(409, "Conflict"), several]);
    let message = "aws-auth-sync: apply: C04: 3 of 4 entries would go: mapAccounts 000000000001, \
                   mapAccounts 000000000002, mapAccounts 000000000003\nhint: \
                   give --allow-mass-deletion if that is what you want\n";
    assert_eq!(result(&output), ("", message, Some(5)));
    assert_eq!(lines(&asked), [GET, PATCH, GET]);
}

#[test]
fn gives_up_after_ten_conflicts() {
    let round = [before("5"), status(409, "Conflict")];
    let (output, asked) = apply(&[], round.iter().cycle().take(22).cloned().collect());
    let message = "aws-auth-sync: apply: the live aws-auth changed 10 times between looking and \
                   writing\nhint: find out which other tool writes aws-auth, then apply again\n";
    assert_eq!(result(&output), ("", message, Some(4)));
    assert_eq!(lines(&asked), [GET, PATCH].repeat(10));
}
