//! IAM against a peer on loopback: what it is asked, and what is made of its answers.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use iam_core::error_chain::ErrorChain;

use super::*;
use crate::environment::{EndpointVariables, Environment};
use crate::settings::{NOBODY, Named as NamedSettings, Settings};
use crate::test_peer::TestPeer;

fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}")
}

fn role(inside: &str) -> String {
    format!(
        "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role>\
         {inside}</Role></GetRoleResult><ResponseMetadata><RequestId>r</RequestId>\
         </ResponseMetadata></GetRoleResponse>"
    )
}

fn refusal(status: &str, code: &str, message: &str) -> String {
    let body = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender\
         </Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId>\
         </ErrorResponse>"
    );
    answer(status, &body)
}

fn asked<const N: usize>(
    answers: [String; N],
    kind: Named,
    name: &str,
) -> (Result<Option<String>, IamError>, TestPeer) {
    let peer = TestPeer::answering(answers);
    let environment = Environment {
        home: Some(PathBuf::from("/nowhere")),
        endpoints: EndpointVariables {
            iam_url: Some(format!("{}/", peer.url())),
            ..EndpointVariables::default()
        },
        ..Environment::default()
    };
    let settings = Settings::load(NamedSettings::default(), &environment).unwrap();
    let clock = || UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let credentials = Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".parse().unwrap(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".parse().unwrap(),
        session_token: Some("FwoGZXIvYXdzEBYaDH".parse().unwrap()),
        expiry: None,
    };
    let iam = Iam::new(&settings.context(NOBODY, clock), &credentials).unwrap();
    let found = crate::fetch::block_on(iam.arn_of(kind, name)).unwrap();
    (found, peer)
}

#[test]
fn asks_for_one_name_with_a_signature_for_the_partitions_iam() {
    let arn = "arn:aws:iam::111122223333:role/team/Dev";
    let body = role(&format!(
        "<Path>/team/</Path><RoleName>Dev</RoleName><Arn>{arn}</Arn>"
    ));
    let (found, peer) = asked([answer("200 OK", &body)], Named::Role, "d+v@x");
    assert_eq!(found.unwrap().as_deref(), Some(arn));
    let question = peer.heard();
    assert!(question.starts_with("POST / HTTP/1.1\r\n"), "{question}");
    let form = "\r\n\r\nAction=GetRole&Version=2010-05-08&RoleName=d%2Bv%40x";
    assert!(question.ends_with(form), "{question}");
    let question = question.to_lowercase();
    for part in [
        "/20231114/us-east-1/iam/aws4_request, ",
        "x-amz-date: 20231114t221320z\r\n",
        "x-amz-security-token: ",
    ] {
        assert!(question.contains(part), "{part}");
    }
}

#[test]
fn a_name_that_nobody_has_is_an_answer_and_a_refusal_is_none() {
    let (found, peer) = asked(
        [refusal("404 Not Found", "NoSuchEntity", "not found")],
        Named::User,
        "ann",
    );
    assert_eq!(found.unwrap(), None);
    assert!(
        peer.heard()
            .ends_with("Action=GetUser&Version=2010-05-08&UserName=ann")
    );

    let secret = "no: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let (found, _) = asked(
        [refusal("403 Forbidden", "AccessDenied", secret)],
        Named::Role,
        "dev",
    );
    let error = found.unwrap_err();
    assert!(error.is_denied() && !error.is_passing());
    let told = "asking IAM for the role dev (iam:GetRole): AccessDenied: no: (request id r)";
    assert_eq!(ErrorChain(&error).to_string(), told);
    let hint = "the caller's policies must allow iam:GetRole";
    assert_eq!(error.hint().as_deref(), Some(hint));
}

#[test]
fn asks_again_where_iam_wants_patience_and_makes_nothing_of_what_makes_no_sense() {
    let throttled = || refusal("400 Bad Request", "Throttling", "Rate exceeded");
    let good = answer(
        "200 OK",
        &role("<Arn>arn:aws:iam::111122223333:role/dev</Arn>"),
    );
    let (found, _) = asked([throttled(), throttled(), good], Named::Role, "dev");
    assert!(found.unwrap().is_some());
    for body in ["<html>", "", &role(""), &role("<Arn>a</Arn><arn>b</arn>")] {
        let (found, _) = asked([answer("200 OK", body)], Named::Role, "dev");
        let told = ErrorChain(&found.unwrap_err()).to_string();
        let expected = "asking IAM for the role dev (iam:GetRole): its answer (HTTP status 200) \
                        makes no sense";
        assert_eq!(told, expected, "{body}");
    }
}
