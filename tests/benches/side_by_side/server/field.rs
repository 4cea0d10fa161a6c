//! The servers of one run, and the STS that they ask.

use e2e::support::authenticator::{self, Authenticator};
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::STS_HOST;
use e2e::support::webhook::Webhook;
use hyper::body::Bytes;
use iam_core::error_chain::ErrorChain;
use serde_json::json;

use super::contestant::Contestant;
use super::mint::{CLUSTER, Kind, Mint};
use super::stub::{ARN, Stub};
use crate::floor::Floor;
use crate::load::{self, Target};

/// Everybody.
pub(super) struct Field {
    pub(super) floor: Contestant,
    pub(super) miss_floor: Contestant,
    pub(super) ours: Contestant,
    /// Without Go there is none, and its rows are left out.
    pub(super) peer: Option<Contestant>,
    pub(super) webhook: Webhook,
    pub(super) mint: Mint,
    pub(super) sts: Stub,
    _running: (Floor, Floor, Option<Authenticator>),
    _sandbox: Sandbox,
}

impl Field {
    pub(super) fn start() -> Self {
        let (sandbox, ca) = (Sandbox::new("bench"), Ca::new("bench"));
        let sts = Stub::start(&ca, &[STS_HOST, "127.0.0.1"]);
        let words = words(&sandbox, &sts, &ca);
        let mut webhook = webhook(&sandbox, &words);
        let mut peer = peer(&sandbox, &words, &sts, &ca);
        let mint = Mint::new();
        let target = |address, is_floor| Target {
            address,
            from: ([127, 0, 0, 1], 0).into(),
            ca_pem: ca.pem(),
            is_floor,
        };
        let ours = Contestant {
            process: webhook.process().id(),
            target: target(webhook.address(), false),
        };
        let answer = answer(&ours, &mint);
        let leaf = ca.server(&["localhost"]);
        let floor = Floor::start(&sandbox, &leaf, &answer, None);
        let miss_floor = Floor::start(&sandbox, &leaf, &answer, Some((sts.address, &ca)));
        let contestant = |floor: &Floor| Contestant {
            process: floor.process(),
            target: target(floor.address, true),
        };
        Self {
            floor: contestant(&floor),
            miss_floor: contestant(&miss_floor),
            ours,
            peer: peer.as_mut().map(|peer| Contestant {
                process: peer.process().id(),
                target: target(peer.address(), false),
            }),
            webhook,
            mint,
            sts,
            _running: (floor, miss_floor, peer),
            _sandbox: sandbox,
        }
    }
}

/// The words that both servers are started with.
fn words(sandbox: &Sandbox, sts: &Stub, ca: &Ca) -> Vec<String> {
    let leaf = ca.server(&["localhost"]);
    sandbox.write("state/ca.pem", ca.pem());
    sandbox.write("state/cert.pem", &leaf.certificate_pem);
    sandbox.write_private("state/key.pem", &leaf.key_pem);
    let config = json!({
        "clusterID": CLUSTER,
        "server": {
            "mapUsers": [{"userarn": ARN, "username": "alice", "groups": ["developers"]}],
            "cacheFreshness": "10m",
            "stsCABundle": sandbox.write("sts-ca.pem", ca.pem()),
            "stsResolve": {STS_HOST: sts.address.to_string()},
        },
    });
    let file = sandbox.write("config.yaml", config.to_string());
    vec![
        "server".to_owned(),
        format!("--config={}", file.display()),
        format!("--state-dir={}", sandbox.path().join("state").display()),
        "--kubeconfig-pregenerated=true".to_owned(),
        "--port=0".to_owned(),
    ]
}

fn webhook(sandbox: &Sandbox, words: &[String]) -> Webhook {
    Webhook::serve(sandbox, "authz-webhook", "state", |command| {
        let command = command.args(words.to_vec());
        command
            .args(["--admin-port=0", "--print-address"])
            .stderr_to_file_alone()
    })
}

fn peer(sandbox: &Sandbox, words: &[String], sts: &Stub, ca: &Ca) -> Option<Authenticator> {
    let program = authenticator::prepare()
        .inspect_err(|error| eprintln!("without aws-iam-authenticator: {}", ErrorChain(error)))
        .ok()?;
    let hosts = [(STS_HOST.to_owned(), sts.address)].into();
    let name = "aws-iam-authenticator";
    Some(Authenticator::start(
        sandbox,
        name,
        &program,
        (hosts, ca),
        |command| command.args(words.to_vec()).stderr_to_file_alone(),
    ))
}

/// What is answered when somebody is let in.
fn answer(ours: &Contestant, mint: &Mint) -> Bytes {
    let answers = load::all_at_once(&ours.target, &mint.reviews(Kind::OneKey, 1));
    let answer = answers.first().expect("one was asked");
    let body = String::from_utf8_lossy(&answer.body);
    assert!(body.contains("\"authenticated\":true"), "{body}");
    answer.body.clone()
}
