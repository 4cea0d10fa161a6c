//! The local STS answers as STS does: whom it knows, what it refuses and how it says so.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::time::SystemTime;

use e2e::support::http::Response;
use e2e::support::keys::Keys;
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::sigv4::{Request, Signer};
use e2e::support::sts::{ACCOUNT, Caller, Counts, STS_HOST, STS_REGION, Sts};
use e2e::support::token::TokenRecipe;
use serde_json::{Value, json};

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
fn refuses_what_sts_refuses_with_its_code() {
    let story = Story::new();
    let keys = story.sts.add_user("alice");
    let session = story.sts.add_assumed_role("dev", "alice");
    let good = || story.recipe(&keys);
    let at = |seconds| {
        story
            .recipe(&keys)
            .signed_at(story.now(), seconds)
            .request()
    };
    let mut tokenless = session.clone();
    tokenless.session_token = None;
    let mut other_token = session.clone();
    other_token.session_token = Keys::of_session().session_token;
    let mut other_secret = keys.clone();
    other_secret.secret_access_key = Keys::long_lived().secret_access_key;
    let mut other_cluster = good().request();
    other_cluster
        .headers
        .retain(|(name, _)| name != "x-k8s-aws-id");
    let mut missing_header = other_cluster.clone();
    other_cluster.push_header("x-k8s-aws-id", "production");
    missing_header.push_header("x-other", "demo");
    let unsigned = Request::get(STS_HOST, "/?Action=GetCallerIdentity&Version=2011-06-15");
    let mut added = good().request();
    added.push_query("X-Extra", "1");
    let twice = |name: &str| {
        let mut request = good().request();
        let value = request
            .query()
            .into_iter()
            .find(|(sent, _)| sent == name)
            .unwrap()
            .1;
        request.push_query(name, &value);
        request
    };
    let action = |name: &str| {
        let query = vec![
            ("Action".to_owned(), name.to_owned()),
            ("Version".to_owned(), "2011-06-15".to_owned()),
        ];
        TokenRecipe { query, ..good() }.request()
    };

    let mismatch = (403, "SignatureDoesNotMatch");
    let unknown = (403, "InvalidClientTokenId");
    let cases = [
        ("as it should be", good().request(), (200, "OK")),
        (
            "with a session token",
            story.recipe(&session).request(),
            (200, "OK"),
        ),
        (
            "any expiry",
            TokenRecipe {
                expires: "1".to_owned(),
                ..good().signed_at(story.now(), -800)
            }
            .request(),
            (200, "OK"),
        ),
        ("almost too old", at(-14 * 60), (200, "OK")),
        ("almost too new", at(14 * 60), (200, "OK")),
        ("too old", at(-16 * 60), mismatch),
        ("too new", at(16 * 60), mismatch),
        ("another cluster", other_cluster, mismatch),
        ("signed header missing", missing_header, mismatch),
        (
            "another secret",
            story.recipe(&other_secret).request(),
            mismatch,
        ),
        (
            "another region",
            TokenRecipe {
                region: "eu-west-1".to_owned(),
                ..good()
            }
            .request(),
            mismatch,
        ),
        (
            "another service",
            TokenRecipe {
                service: "s3".to_owned(),
                ..good()
            }
            .request(),
            mismatch,
        ),
        ("a pair added", added, mismatch),
        (
            "unknown key",
            story.recipe(&Keys::long_lived()).request(),
            unknown,
        ),
        (
            "session without its token",
            story.recipe(&tokenless).request(),
            unknown,
        ),
        (
            "session with another's token",
            story.recipe(&other_token).request(),
            unknown,
        ),
        ("not signed", unsigned, (403, "MissingAuthenticationToken")),
        (
            "date twice",
            twice("X-Amz-Date"),
            (400, "IncompleteSignature"),
        ),
        (
            "no date",
            TokenRecipe {
                date: "today".to_owned(),
                ..good()
            }
            .request(),
            mismatch,
        ),
        (
            "another action",
            action("AssumeRole"),
            (400, "InvalidAction"),
        ),
    ];
    for (name, request, (status, code)) in cases {
        assert_eq!((status, code.to_owned()), story.verdict(&request), "{name}");
    }
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
        let date = story.recipe(&keys).date;
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
