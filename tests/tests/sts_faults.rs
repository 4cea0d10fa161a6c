//! The faults of the local STS happen on the wire as they are called.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

use std::thread;
use std::time::Duration;

use e2e::support::http::{Client, ClientError, Response};
use e2e::support::keys::Keys;
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{Contradiction, Counts, Door, Fault, STS_HOST, STS_REGION, Sts};
use e2e::support::token::TokenRecipe;
use serde_json::{Value, json};

struct Story {
    sts: Sts,
    ca: Ca,
    keys: Keys,
    _sandbox: Sandbox,
}

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("faults");
        let ca = Ca::new("sts faults");
        let sts = Sts::start(&ca, sandbox.secrets());
        let keys = sts.add_user("alice");
        Self {
            sts,
            ca,
            keys,
            _sandbox: sandbox,
        }
    }

    fn client(&self) -> Client {
        self.sts.client(&self.ca, STS_HOST)
    }

    fn ask_by(&self, client: &Client) -> Result<Response, ClientError> {
        let recipe = TokenRecipe::new(&self.keys, STS_HOST, STS_REGION, "demo", self.sts.now());
        client.send_signed(&recipe.request())
    }

    fn ask(&self) -> Result<Response, ClientError> {
        self.ask_by(&self.client())
    }

    fn answer_under(&self, fault: Fault) -> Response {
        self.sts.set_fault(fault);
        self.ask().unwrap()
    }

    /// A client that does not wait for what never comes.
    fn impatient(&self) -> Client {
        self.client().with_deadline(Duration::from_millis(300))
    }
}

fn identity(response: &Response) -> Value {
    response.json()["GetCallerIdentityResponse"]["GetCallerIdentityResult"].clone()
}

fn error_code(response: &Response) -> (u16, Value) {
    (
        response.status.as_u16(),
        response.json()["Error"]["Code"].clone(),
    )
}

#[test]
fn answers_with_the_errors_of_a_service_in_trouble() {
    let story = Story::new();
    let cases = [
        (Fault::Throttle, (400, json!("Throttling"))),
        (Fault::InternalFailure, (500, json!("InternalFailure"))),
        (Fault::Unavailable, (503, json!("ServiceUnavailable"))),
    ];
    for (fault, expected) in cases {
        assert_eq!(expected, error_code(&story.answer_under(fault)));
    }
}

#[test]
fn answers_without_sense() {
    let story = Story::new();
    assert_eq!("", story.answer_under(Fault::EmptyBody).text());
    assert_eq!(
        "{\"GetCallerIdentity",
        story.answer_under(Fault::Garbage).text()
    );
    let html = story.answer_under(Fault::WrongContentType);
    assert_eq!(Some("text/html"), html.header("content-type"));
    let xml = story.answer_under(Fault::Xml);
    assert_eq!(Some("text/xml"), xml.header("content-type"));
    let elsewhere = "https://127.0.0.1:9/".to_owned();
    let redirect = story.answer_under(Fault::Redirect(elsewhere.clone()));
    assert_eq!(
        (302, Some(elsewhere.as_str())),
        (redirect.status.as_u16(), redirect.header("location"))
    );
    let oversize = story.answer_under(Fault::Oversize(1 << 20));
    assert!(
        oversize.body.len() > 1 << 20,
        "{} bytes",
        oversize.body.len()
    );
}

#[test]
fn contradicts_itself() {
    let story = Story::new();
    story.sts.clear_fault();
    let right = identity(&story.ask().unwrap());
    let cases = [
        (Contradiction::Account, "Account"),
        (Contradiction::Partition, "Arn"),
        (Contradiction::Arn, "Arn"),
        (Contradiction::UserId, "UserId"),
    ];
    for (contradiction, field) in cases {
        let wrong = identity(&story.answer_under(Fault::Contradiction(contradiction)));
        for name in ["Account", "Arn", "UserId"] {
            assert_eq!(
                name != field,
                right[name] == wrong[name],
                "{contradiction:?} {name}"
            );
        }
    }
    let twice = story.answer_under(Fault::DuplicateKeys).text();
    assert_eq!(2, twice.matches("\"Arn\":").count(), "{twice}");
}

#[test]
fn breaks_connections_before_and_within_an_answer() {
    let story = Story::new();
    story.sts.set_fault(Fault::CloseBeforeAnswer);
    assert!(matches!(story.ask(), Err(ClientError::NoAnswer(_))));
    story.sts.set_fault(Fault::TruncatedBody);
    assert!(matches!(story.ask(), Err(ClientError::CutOff(_))));
    assert_eq!(
        Counts {
            connections: 2,
            requests: 2
        },
        story.sts.counts()
    );
}

#[test]
fn holds_an_answer_until_the_fault_is_cleared() {
    let story = Story::new();
    story.sts.set_fault(Fault::Hold);
    thread::scope(|scope| {
        let held = scope.spawn(|| story.ask());
        assert!(story.sts.wait_for_requests(1, Duration::from_secs(10)));
        assert!(matches!(
            story.ask_by(&story.impatient()),
            Err(ClientError::Deadline)
        ));
        assert!(!held.is_finished());
        story.sts.clear_fault();
        assert_eq!(200, held.join().unwrap().unwrap().status);
    });
}

#[test]
fn has_a_fault_for_so_many_requests_only() {
    let story = Story::new();
    story.sts.set_fault_for(2, Fault::Throttle);
    let statuses: Vec<_> = (0..3)
        .map(|_| story.ask().unwrap().status.as_u16())
        .collect();
    assert_eq!(vec![400, 400, 200], statuses);
}

#[test]
fn refuses_connections_and_comes_back_at_the_same_address() {
    let story = Story::new();
    let address = story.sts.address();
    for _ in 0..3 {
        story.sts.set_door(Door::Refusing);
        let refused = matches!(story.ask(), Err(ClientError::Connect(error))
            if error.kind() == std::io::ErrorKind::ConnectionRefused);
        assert!(refused);
        story.sts.set_door(Door::Open);
        assert_eq!(200, story.ask().unwrap().status);
    }
    assert_eq!(address, story.sts.address());
    assert_eq!(
        Counts {
            connections: 3,
            requests: 3
        },
        story.sts.counts()
    );
}

#[test]
fn is_silent_after_the_connect() {
    let story = Story::new();
    story.sts.set_door(Door::Silent);
    assert!(matches!(
        story.ask_by(&story.impatient()),
        Err(ClientError::Deadline)
    ));
    assert_eq!(
        Counts {
            connections: 1,
            requests: 0
        },
        story.sts.counts()
    );
}

#[test]
fn shows_a_certificate_for_another_host() {
    let story = Story::new();
    story.sts.set_door(Door::WrongCertificate);
    assert!(matches!(story.ask(), Err(ClientError::Tls(_))));
    let unasked = story.sts.client(&story.ca, "sts.eu-west-1.amazonaws.com");
    story.sts.set_door(Door::Open);
    assert!(matches!(story.ask_by(&unasked), Err(ClientError::Tls(_))));
    let stranger = story.sts.client(&Ca::new("somebody else's"), STS_HOST);
    assert!(matches!(story.ask_by(&stranger), Err(ClientError::Tls(_))));
    assert_eq!(0, story.sts.counts().requests);
}

#[test]
fn speaks_plain_http_where_that_is_wanted() {
    let sandbox = Sandbox::new("plain");
    let sts = Sts::start_plain(sandbox.secrets());
    let keys = sts.add_user("alice");
    let host = sts.address().to_string();
    let recipe = TokenRecipe::new(&keys, &host, "eu-west-1", "demo", sts.now());
    let response = Client::plain(sts.address())
        .send_signed(&recipe.request())
        .unwrap();
    assert_eq!(
        json!("arn:aws:iam::111122223333:user/alice"),
        identity(&response)["Arn"]
    );
}
