//! The local STS answers as STS does: whom it knows, what it refuses and how it says so.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

use std::time::SystemTime;

use e2e::support::clock::amz_date;
use e2e::support::http::Response;
use e2e::support::keys::Keys;
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::sigv4::{Request, Signer};
use e2e::support::sts::{ACCOUNT, Caller, Counts, STS_HOST, STS_REGION, Sts};
use e2e::support::token::TokenRecipe;
use serde_json::{Value, json};

const OK: (u16, &str) = (200, "OK");
const MISMATCH: (u16, &str) = (403, "SignatureDoesNotMatch");

struct Story {
    sts: Sts,
    ca: Ca,
    // Last, so that it scans what the others left.
    _sandbox: Sandbox,
}

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("sts");
        let ca = Ca::new("sts answers");
        Self {
            sts: Sts::start(&ca, sandbox.secrets()),
            ca,
            _sandbox: sandbox,
        }
    }

    fn now(&self) -> SystemTime {
        self.sts.now()
    }

    fn recipe<'a>(&self, keys: &'a Keys) -> TokenRecipe<'a> {
        TokenRecipe::new(keys, STS_HOST, STS_REGION, "demo", self.now())
    }

    fn ask(&self, request: &Request) -> Response {
        let host = request.header("host").unwrap();
        self.sts
            .client(&self.ca, &host)
            .send_signed(request)
            .unwrap()
    }

    fn expect(&self, verdict: (u16, &str), requests: &[(&str, Request)]) {
        for (name, request) in requests {
            assert_eq!(
                (verdict.0, verdict.1.to_owned()),
                self.verdict(request),
                "{name}"
            );
        }
    }

    /// Status and error code of the answer; `OK` for a caller.
    fn verdict(&self, request: &Request) -> (u16, String) {
        let response = self.ask(request);
        let code = response.json()["Error"]["Code"]
            .as_str()
            .unwrap_or("OK")
            .to_owned();
        (response.status.as_u16(), code)
    }
}

fn identity(response: &Response) -> Value {
    response.json()["GetCallerIdentityResponse"]["GetCallerIdentityResult"].clone()
}

#[test]
fn names_every_kind_of_caller() {
    let story = Story::new();
    let sts = &story.sts;
    let arns = [
        (sts.add_user("alice"), "iam::111122223333:user/alice"),
        (
            sts.add_user("team/a/alice"),
            "iam::111122223333:user/team/a/alice",
        ),
        (
            sts.add_assumed_role("dev", "alice@corp"),
            "sts::111122223333:assumed-role/dev/alice@corp",
        ),
        (
            sts.add_federated_user("bob"),
            "sts::111122223333:federated-user/bob",
        ),
        (sts.add_root(), "iam::111122223333:root"),
        (
            sts.add_ec2_instance("i-0123456789abcdef0"),
            "sts::111122223333:assumed-role/aws:ec2-instance/i-0123456789abcdef0",
        ),
    ];
    for (keys, arn) in arns {
        let response = story.ask(&story.recipe(&keys).request());
        assert_eq!(200, response.status, "{arn}");
        assert_eq!(json!(format!("arn:aws:{arn}")), identity(&response)["Arn"]);
        assert_eq!(json!(ACCOUNT), identity(&response)["Account"], "{arn}");
        assert_eq!(arn.contains("sts"), keys.session_token.is_some(), "{arn}");
    }
}

#[test]
fn answers_in_json_when_asked_and_in_xml_otherwise() {
    let story = Story::new();
    let caller = Caller::assumed_role("444455556666", "ops", "carol").in_partition("aws-cn");
    let keys = story.sts.add(&caller);
    let request = story.recipe(&keys).request();
    let Caller {
        arn,
        account,
        user_id,
    } = &caller;

    let response = story.ask(&request);
    assert_eq!(Some("application/json"), response.header("content-type"));
    assert_eq!(
        json!({"Account": account, "Arn": arn, "UserId": user_id}),
        identity(&response)
    );

    let client = story.sts.client(&story.ca, STS_HOST);
    let response = client
        .get(
            &request.target,
            &[("Host", STS_HOST), ("x-k8s-aws-id", "demo")],
        )
        .unwrap();
    assert_eq!(Some("text/xml"), response.header("content-type"));
    for element in [
        format!("<Arn>{arn}</Arn>"),
        format!("<UserId>{user_id}</UserId>"),
    ] {
        assert!(response.text().contains(&element), "{}", response.text());
    }
}

#[test]
fn takes_a_signature_for_fifteen_minutes_both_ways_whatever_its_expiry_says() {
    let story = Story::new();
    let keys = story.sts.add_user("alice");
    let at = |seconds| story.recipe(&keys).signed_at(story.now(), seconds);
    story.expect(
        OK,
        &[
            ("now", at(0).request()),
            ("almost too old", at(-14 * 60).request()),
            ("almost too new", at(14 * 60).request()),
            ("past its expiry", at(-14 * 60).expires("1").request()),
            (
                "with a session token",
                story
                    .recipe(&story.sts.add_assumed_role("dev", "a"))
                    .request(),
            ),
        ],
    );
    story.expect(
        MISMATCH,
        &[
            ("too old", at(-16 * 60).request()),
            ("too new", at(16 * 60).request()),
            (
                "too old for its expiry",
                at(-16 * 60).expires("3600").request(),
            ),
        ],
    );
}

#[test]
fn refuses_a_request_that_is_not_the_one_that_was_signed() {
    let story = Story::new();
    let keys = story.sts.add_user("alice");
    let good = || story.recipe(&keys);
    let mut missing_header = good().request();
    missing_header
        .headers
        .retain(|(name, _)| name != "x-k8s-aws-id");
    let mut other_cluster = missing_header.clone();
    other_cluster.push_header("x-k8s-aws-id", "production");
    let mut added = good().request();
    added.push_query("X-Extra", "1");
    story.expect(
        MISMATCH,
        &[
            ("another cluster", other_cluster),
            ("a signed header missing", missing_header),
            ("a pair added", added),
            (
                "another's secret",
                story
                    .recipe(&keys.with_secret_of(&Keys::long_lived()))
                    .request(),
            ),
            ("another region", good().region("eu-west-1").request()),
            ("another service", good().service("s3").request()),
            ("a date of another day", good().date("today").request()),
        ],
    );
}

#[test]
fn knows_keys_only_with_the_session_token_issued_with_them() {
    let story = Story::new();
    let keys = story.sts.add_user("alice");
    let session = story.sts.add_assumed_role("dev", "alice");
    let other = story.sts.add_assumed_role("dev", "alice");
    story.expect(
        (403, "InvalidClientTokenId"),
        &[
            (
                "keys of nobody",
                story.recipe(&Keys::long_lived()).request(),
            ),
            (
                "a session without its token",
                story.recipe(&session.with_token_of(&keys)).request(),
            ),
            (
                "a session with another's token",
                story.recipe(&session.with_token_of(&other)).request(),
            ),
            (
                "a user with a token",
                story.recipe(&keys.with_token_of(&other)).request(),
            ),
        ],
    );
}

#[test]
fn refuses_what_is_not_a_whole_request_with_a_code_of_its_own() {
    let story = Story::new();
    let keys = story.sts.add_user("alice");
    let mut date_twice = story.recipe(&keys).request();
    date_twice.push_query("X-Amz-Date", "20260101T000000Z");
    let other_action = [("Action", "ListRoles"), ("Version", "2011-06-15")];
    let unsigned = Request::get(STS_HOST, "/?Action=GetCallerIdentity&Version=2011-06-15");
    story.expect(
        (403, "MissingAuthenticationToken"),
        &[("not signed", unsigned)],
    );
    story.expect((400, "IncompleteSignature"), &[("date twice", date_twice)]);
    let other_action = story.recipe(&keys).query(&other_action).request();
    story.expect((400, "InvalidAction"), &[("another action", other_action)]);
}

#[test]
fn forgets_deleted_keys_and_ends_sessions() {
    let story = Story::new();
    let keys = story.sts.add_user("alice");
    let session = story.sts.add_assumed_role("dev", "alice");
    story.sts.delete_keys(&keys);
    story.sts.expire_session(&session);
    let verdict = |keys| story.verdict(&story.recipe(keys).request());
    assert_eq!((403, "InvalidClientTokenId".to_owned()), verdict(&keys));
    assert_eq!((403, "ExpiredToken".to_owned()), verdict(&session));
}

#[test]
fn judges_times_by_its_own_clock_and_tells_it() {
    let story = Story::new();
    let keys = story.sts.add_user("alice");
    let request = story.recipe(&keys).request();
    story.sts.shift_clock(3600);
    let response = story.ask(&request);
    let message = response.json()["Error"]["Message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.starts_with("Signature expired: "), "{message}");
    let date = jiff::fmt::rfc2822::parse(response.header("date").unwrap())
        .unwrap()
        .timestamp();
    let ahead = date.as_second() - jiff::Timestamp::try_from(story.now()).unwrap().as_second();
    assert!(
        (-5..=0).contains(&ahead),
        "the date is {ahead} s off its clock"
    );
}

#[test]
fn verifies_a_form_posted_with_an_authorization_header() {
    let story = Story::new();
    let keys = story.sts.add_assumed_role("dev", "alice");
    let request = |body: &str| {
        let mut request = Request::get(STS_HOST, "/");
        request.method = "POST".to_owned();
        request.body = body.as_bytes().to_vec();
        request.push_header("Content-Type", "application/x-www-form-urlencoded");
        let date = amz_date(story.now());
        Signer::new(&keys, STS_REGION, "sts", &date).sign(request)
    };
    let mut good = request("Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!((200, "OK".to_owned()), story.verdict(&good));
    good.body.push(b'&');
    assert_eq!(
        (403, "SignatureDoesNotMatch".to_owned()),
        story.verdict(&good)
    );
}

#[test]
fn sends_a_visitor_without_an_action_elsewhere() {
    let story = Story::new();
    let response = story.ask(&Request::get(STS_HOST, "/"));
    assert_eq!(
        (302, Some("https://aws.amazon.com/iam")),
        (response.status.as_u16(), response.header("location"))
    );
}

#[test]
fn counts_and_logs_without_a_secret() {
    let story = Story::new();
    let keys = story.sts.add_assumed_role("dev", "alice");
    story.ask(&story.recipe(&keys).request());
    story.ask(
        &TokenRecipe::new(&keys, "sts.amazonaws.com", "us-east-1", "demo", story.now()).request(),
    );

    assert_eq!(
        Counts {
            connections: 2,
            requests: 2
        },
        story.sts.counts()
    );
    assert_eq!(1, story.sts.requests_to("sts.amazonaws.com"));
    let requests = story.sts.requests();
    let codes: Vec<_> = requests
        .iter()
        .map(|request| request.verdict.as_str())
        .collect();
    assert_eq!(vec!["OK", "OK"], codes);
    assert_eq!(
        Some("demo"),
        requests.first().unwrap().header("x-k8s-aws-id")
    );
    story
        ._sandbox
        .secrets()
        .assert_absent_from("the log", &format!("{requests:?}"));
}
