//! Answers of STS held against themselves.

use std::time::SystemTime;

use iam_core::presigned::PresignedParts;

use super::*;
use crate::sts::Answer;
use crate::test_sts::{parts, request};

fn answer(account: &str, arn: &str, user_id: &str) -> Vouched {
    let answer = Answer {
        account: account.to_owned(),
        arn: arn.to_owned(),
        user_id: user_id.to_owned(),
    };
    Vouched {
        answer,
        cluster_id: None,
    }
}

fn temporary() -> PresignedParts {
    PresignedParts {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".parse().unwrap(),
        session_token: Some("token".parse().unwrap()),
        ..parts(SystemTime::UNIX_EPOCH)
    }
}

fn verify(answer: Vouched) -> Result<Caller, Refusal> {
    Caller::verify(answer, &request(temporary()))
}

const PRINCIPALS: &[(&str, &str, &str, &str, Option<&str>)] = &[
    (
        "iam::111122223333:user/Alice",
        "AIDA1",
        "iam::111122223333:user/Alice",
        "AIDA1",
        None,
    ),
    (
        "iam::111122223333:user/eng/Alice",
        "AIDA1",
        "iam::111122223333:user/eng/Alice",
        "AIDA1",
        None,
    ),
    (
        "iam::111122223333:root",
        "111122223333",
        "iam::111122223333:root",
        "111122223333",
        None,
    ),
    (
        "sts::111122223333:assumed-role/Admin/alice@corp",
        "AROA1:alice@corp",
        "iam::111122223333:role/Admin",
        "AROA1",
        Some("alice@corp"),
    ),
    (
        "iam::111122223333:role/Admin",
        "AROA1:s1",
        "iam::111122223333:role/Admin",
        "AROA1",
        Some("s1"),
    ),
    (
        "sts::111122223333:federated-user/Bob",
        "111122223333:Bob",
        "sts::111122223333:federated-user/Bob",
        "111122223333:Bob",
        None,
    ),
    (
        "sts::111122223333:assumed-role/aws:ec2-instance/i-0123456789abcdef0",
        "111122223333:aws:ec2-instance:i-0123456789abcdef0",
        "iam::111122223333:role/aws:ec2-instance",
        "111122223333:aws:ec2-instance",
        Some("i-0123456789abcdef0"),
    ),
];

#[test]
fn every_kind_of_principal_has_its_own_id_and_session() {
    for (arn, user_id, canonical, id, session) in PRINCIPALS.iter().copied() {
        let arn = format!("arn:aws:{arn}");
        let caller = verify(answer("111122223333", &arn, user_id)).expect(&arn);
        assert_eq!(
            (
                caller.arn(),
                caller.canonical_arn(),
                caller.principal_id(),
                caller.session_name()
            ),
            (
                arn.as_str(),
                format!("arn:aws:{canonical}").as_str(),
                id,
                session
            )
        );
        assert_eq!(caller.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
        assert_eq!(caller.account().as_str(), "111122223333");
    }
}

const CONTRADICTIONS: &[(&str, &str, Contradiction)] = &[
    (
        "iam::444455556666:user/Alice",
        "AIDA1",
        Contradiction::Account,
    ),
    ("iam::111122223333:user/Alice", "AROA1", Contradiction::Kind),
    (
        "iam::111122223333:user/Alice",
        "AIDA1:s1",
        Contradiction::Kind,
    ),
    ("iam::111122223333:root", "AIDA1", Contradiction::Kind),
    (
        "iam::111122223333:root",
        "444455556666",
        Contradiction::Kind,
    ),
    (
        "sts::111122223333:assumed-role/Admin/s1",
        "AROA1",
        Contradiction::Kind,
    ),
    (
        "sts::111122223333:assumed-role/Admin/s1",
        "AIDA1:s1",
        Contradiction::Kind,
    ),
    (
        "sts::111122223333:assumed-role/Admin/s1",
        ":s1",
        Contradiction::Kind,
    ),
    (
        "sts::111122223333:assumed-role/Admin/s1",
        "AROA1:s2",
        Contradiction::Session,
    ),
    (
        "sts::111122223333:assumed-role/Admin/s1",
        "AROA1:s1:s1",
        Contradiction::Kind,
    ),
    (
        "sts::111122223333:federated-user/Bob",
        "111122223333:Eve",
        Contradiction::Session,
    ),
    (
        "sts::111122223333:federated-user/Bob",
        "444455556666:Bob",
        Contradiction::Kind,
    ),
    (
        "sts::111122223333:assumed-role/aws:ec2-instance/i-0123456789abcdef0",
        "111122223333:aws:ec2-instance:i-0123456789abcdef1",
        Contradiction::Session,
    ),
    (
        "sts::111122223333:assumed-role/aws:ec2-instance/i-0123456789abcdef0",
        "444455556666:aws:ec2-instance:i-0123456789abcdef0",
        Contradiction::Kind,
    ),
];

#[test]
fn statements_that_do_not_fit_are_a_contradiction() {
    for (arn, user_id, expected) in CONTRADICTIONS.iter().copied() {
        let refusal = verify(answer("111122223333", &format!("arn:aws:{arn}"), user_id));
        match refusal {
            Err(Refusal::Contradictory { what, .. }) => {
                assert_eq!(what, expected, "{arn} {user_id}")
            }
            other => panic!("{arn} {user_id}: {other:?}"),
        }
    }
}

#[test]
fn an_arn_of_another_partition_is_a_contradiction() {
    let chinese = answer(
        "111122223333",
        "arn:aws-cn:iam::111122223333:user/Alice",
        "AIDA1",
    );
    assert!(matches!(
        verify(chinese),
        Err(Refusal::Contradictory {
            what: Contradiction::Partition,
            ..
        })
    ));
}

#[test]
fn a_long_lived_key_belongs_to_no_session() {
    let long_lived = request(parts(SystemTime::UNIX_EPOCH));
    let role = answer(
        "111122223333",
        "arn:aws:sts::111122223333:assumed-role/A/s1",
        "AROA1:s1",
    );
    assert!(matches!(
        Caller::verify(role, &long_lived),
        Err(Refusal::Contradictory {
            what: Contradiction::AccessKey,
            ..
        })
    ));
    let user = answer(
        "111122223333",
        "arn:aws:iam::111122223333:user/Alice",
        "AIDA1",
    );
    assert_eq!(
        Caller::verify(user, &long_lived).unwrap().principal_id(),
        "AIDA1"
    );
}

#[test]
fn what_is_no_account_or_arn_is_senseless_and_an_unknown_kind_unsupported() {
    let table = [
        (
            "1111222233334",
            "arn:aws:iam::1111222233334:user/Alice",
            "sts_senseless",
        ),
        ("111122223333", "arn", "sts_senseless"),
        (
            "111122223333",
            "arn:aws:iam::111122223333:group/x",
            "unsupported",
        ),
        (
            "111122223333",
            "arn:aws:sts::111122223333:assumed-role/A",
            "unsupported",
        ),
    ];
    for (account, arn, word) in table {
        let refusal = verify(answer(account, arn, "AIDA1")).unwrap_err();
        assert_eq!(refusal.word(), word, "{account} {arn}");
    }
}
