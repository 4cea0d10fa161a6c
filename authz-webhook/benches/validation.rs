//! What the webhook computes for a token that it has not seen before, less the call to STS.
//!
//! Prints a line per kind of token: its name, and the median of many batches in nanoseconds.
//! `cargo bench -p e2e --bench side_by_side` reads them.

#![expect(clippy::print_stdout, reason = "a benchmark's output is the point")]

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use authz_webhook::identity::Caller;
use authz_webhook::review::Review;
use authz_webhook::sts::{Answer, Format, Vouched};
use iam_core::aws_auth::{Data, Document, Mappings, Match, Values};
use iam_core::partition::Partition;
use iam_core::presigned::{PresignedParts, PresignedRequest};
use iam_core::sts_host::{DualStack, Fips, StsHost, StsHosts};
use iam_core::token::Token;

const SIGNED: Duration = Duration::from_secs(1_682_640_000);
const BATCHES: usize = 31;
const BATCH: u32 = 5_000;

/// What STS says of a user with long-lived keys, and of a session with temporary ones.
const USER: &str = r#"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"111122223333","Arn":"arn:aws:iam::111122223333:user/alice","UserId":"AIDAEXAMPLEEXAMPLE123"},"ResponseMetadata":{"RequestId":"01234567-89ab-cdef-0123-456789abcdef"}}}"#;
const SESSION: &str = r#"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/developer/bob","UserId":"AROAEXAMPLEEXAMPLE123:bob"},"ResponseMetadata":{"RequestId":"01234567-89ab-cdef-0123-456789abcdef"}}}"#;

const MAP_ROLES: &str = "- rolearn: arn:aws:iam::111122223333:role/developer
  username: dev:{{SessionName}}
  groups: [developers, readers]
";
const MAP_USERS: &str = "- userarn: arn:aws:iam::111122223333:user/alice
  username: alice
  groups: [developers, readers]
";

struct Line {
    hosts: StsHosts,
    mappings: Mappings,
    now: SystemTime,
}

impl Line {
    fn new() -> Self {
        let data = Data {
            map_roles: Some(MAP_ROLES),
            map_users: Some(MAP_USERS),
            ..Data::default()
        };
        Self {
            hosts: StsHosts::of(Partition::Aws, &[]),
            mappings: Mappings::compile(&Document::parse(&data)).0,
            now: UNIX_EPOCH + SIGNED + Duration::from_secs(60),
        }
    }

    /// Review to user name and groups; the length of what was made, so that nothing is left out.
    fn walk(&self, body: &[u8], answer: &str) -> usize {
        let review = Review::parse(body).expect("a review");
        let request = Token::parse(review.token(), &self.hosts).expect("a token");
        request.check_window(self.now).expect("in time");
        let vouched = Vouched {
            answer: Answer::parse(answer.as_bytes(), Format::Json).expect("an answer"),
            cluster_id: None,
        };
        let caller = Caller::verify(vouched, &request).expect("no contradiction");
        let Some(Match::Mapping(mapping)) = self.mappings.lookup(caller.principal()) else {
            return 0;
        };
        let values = Values {
            account: caller.account(),
            session_name: caller.session_name(),
            access_key_id: caller.access_key_id(),
            ec2_private_dns_name: None,
        };
        let names = std::iter::once(&mapping.username).chain(&mapping.groups);
        names
            .map(|name| name.render(&values).map_or(0, |name| name.len()))
            .sum()
    }
}

fn main() {
    let line = Line::new();
    // As in base64 of random bytes, 2 characters of 64 need an escape.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let session_token: String = alphabet.chars().cycle().step_by(5).take(1_200).collect();
    let session_token = Some(session_token.as_str());
    for (name, key, session_token, answer) in [
        ("environment keys", "AKIAIOSFODNN7EXAMPLE", None, USER),
        (
            "session token of 1.2 KB",
            "ASIAIOSFODNN7EXAMPLE",
            session_token,
            SESSION,
        ),
    ] {
        let body = review(key, session_token);
        let nanoseconds = median_nanoseconds(|| line.walk(black_box(&body), answer));
        println!("{name} {nanoseconds}");
    }
}

fn median_nanoseconds(walk: impl Fn() -> usize) -> u128 {
    assert_ne!(walk(), 0, "the caller is mapped");
    let mut batches: Vec<u128> = (0..BATCHES)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..BATCH {
                black_box(walk());
            }
            begun.elapsed().as_nanos() / u128::from(BATCH)
        })
        .collect();
    batches.sort_unstable();
    batches.get(BATCHES / 2).copied().unwrap_or_default()
}

/// The body that kube-apiserver sends for a token.
fn review(key: &str, session_token: Option<&str>) -> Vec<u8> {
    let request = PresignedRequest::new(PresignedParts {
        host: StsHost::Regional {
            region: "us-west-2".parse().expect("a region"),
            fips: Fips::No,
            dual_stack: DualStack::No,
        },
        access_key_id: key.parse().expect("a key id"),
        date: UNIX_EPOCH + SIGNED,
        expires: 60,
        session_token: session_token.map(|text| text.parse().expect("a session token")),
        signature: "0123456789abcdef".repeat(4).parse().expect("a signature"),
    })
    .expect("a request");
    let review = serde_json::json!({
        "kind": "TokenReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {},
        "spec": {
            "token": Token::mint(&request).expose(),
            "audiences": ["https://kubernetes.default.svc"],
        },
        "status": {"user": {}},
    });
    format!("{review}\n").into_bytes()
}
