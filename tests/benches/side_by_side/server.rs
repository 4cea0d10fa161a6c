//! authz-webhook on cached callers beside the floor, in turn, under the same load.

use std::fs;

use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{STS_REGION, Sts};
use e2e::support::webhook::{Webhook, WebhookConfig};
use hyper::body::Bytes;
use serde_json::json;

use crate::floor::Floor;
use crate::load::{self, Target};
use crate::table::{Bar, Figure, median};

/// Requests a round: long enough for the clock of process times, which ticks at 10 ms.
const REQUESTS: usize = 60_000;

/// What both answer.
const AUTHENTICATED: &str = "\"authenticated\":true";

struct Server {
    process: u32,
    target: Target,
}

/// What one round of load showed.
struct Round {
    per_second: f64,
    cpu_us: f64,
}

pub(crate) fn figures(rounds: usize) -> Vec<Figure> {
    let sandbox = Sandbox::new("bench");
    let ca = Ca::new("bench");
    let sts = Sts::start(&ca, sandbox.secrets());
    let (mut webhook, token, answer) = webhook(&sandbox, &sts, &ca);
    let body = review(&token);
    let leaf = ca.server(&["localhost"]);
    let floor = Floor::start(&sandbox, &leaf, &answer);
    let floor_server = Server {
        process: floor.process(),
        target: Target {
            address: floor.address,
            ca_pem: ca.pem(),
            path: "/authenticate",
            body: body.clone(),
            expected: AUTHENTICATED,
        },
    };
    let ours = Server {
        process: webhook.process().id(),
        target: Target {
            address: webhook.address(),
            ca_pem: sandbox.read("webhook/state/ca.pem"),
            path: "/authenticate",
            body,
            expected: AUTHENTICATED,
        },
    };
    let mut figures = Vec::new();
    for connections in [16, 64] {
        figures.extend(compare(&floor_server, &ours, connections, rounds));
    }
    figures
}

fn compare(floor: &Server, ours: &Server, connections: usize, rounds: usize) -> Vec<Figure> {
    // One round each to warm up, then in turn.
    floor.round(connections);
    ours.round(connections);
    let pairs: Vec<(Round, Round)> = (0..rounds)
        .map(|_| (floor.round(connections), ours.round(connections)))
        .collect();
    let of = |value: fn(&(Round, Round)) -> f64| median(pairs.iter().map(value).collect());
    let note =
        |what: &str, floor: f64, ours: f64| format!("{what}: floor {floor:.1}, ours {ours:.1}");
    vec![
        Figure::new(
            &format!("cached callers, {connections} connections: cpu / floor"),
            of(|(floor, ours)| ours.cpu_us / floor.cpu_us),
            Some(Bar::AtMost(1.8)),
            note(
                "µs a request",
                of(|pair| pair.0.cpu_us),
                of(|pair| pair.1.cpu_us),
            ),
        ),
        Figure::new(
            &format!("cached callers, {connections} connections: requests/s / floor"),
            of(|(floor, ours)| ours.per_second / floor.per_second),
            Some(Bar::AtLeast(0.7)),
            note(
                "thousands a second",
                of(|pair| pair.0.per_second / 1e3),
                of(|pair| pair.1.per_second / 1e3),
            ),
        ),
    ]
}

impl Server {
    fn round(&self, connections: usize) -> Round {
        let before = cpu_seconds(self.process);
        let per_second = load::per_second(&self.target, connections, REQUESTS);
        let cpu = cpu_seconds(self.process) - before;
        Round {
            per_second,
            cpu_us: cpu * 1e6 / REQUESTS as f64,
        }
    }
}

/// The webhook with one mapped user, and a token of hers that it has verified already.
fn webhook(sandbox: &Sandbox, sts: &Sts, ca: &Ca) -> (Webhook, String, Bytes) {
    let alice = sts.add_user("alice");
    let arn = "arn:aws:iam::111122223333:user/alice";
    let config = WebhookConfig::new(sandbox, "bench", sts, ca)
        .server("cacheFreshness", json!("10m"))
        .map_user(arn, "alice", &["developers"]);
    let webhook = Webhook::start_as(sandbox, "authz-webhook", &config.to_yaml(), |command| {
        command.stderr_to_file_alone()
    });
    let token = sandbox
        .command(Program::TokenExec)
        .args([
            "--cluster-name",
            "bench",
            "--region",
            STS_REGION,
            "--output",
            "token",
        ])
        .keys(&alice)
        .bearer();
    let review = webhook.authenticate(&token);
    assert_eq!(
        review.status()["authenticated"],
        true,
        "{:?}",
        review.response
    );
    let answer = review.response.body.clone();
    (webhook, token, answer)
}

fn review(token: &str) -> Bytes {
    let review = json!({
        "kind": "TokenReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {},
        "spec": {"token": token, "audiences": ["https://kubernetes.default.svc"]},
        "status": {"user": {}},
    });
    Bytes::from(format!("{review}\n"))
}

/// User and system time of a process, from `/proc`: in ticks of 10 ms.
fn cpu_seconds(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("the process lives");
    let (_, fields) = stat
        .rsplit_once(')')
        .expect("the name ends with a parenthesis");
    // After the name: state is field 3, utime 14, stime 15.
    let ticks: Vec<f64> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    ticks.iter().sum::<f64>() / 100.0
}
