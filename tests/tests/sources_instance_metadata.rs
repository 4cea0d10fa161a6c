//! token-exec asks the metadata service of an EC2 instance: version 2, and only when nothing else
//! is known.

use std::collections::BTreeMap;

use e2e::support::command::Command;
use e2e::support::imds::Imds;
use e2e::support::peers::Peers;
use e2e::support::proxy::Proxy;
use e2e::support::serve::Door;
use e2e::support::sources::{Sources, failure};
use e2e::support::sts::STS_REGION;

const ARN: &str = "arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0";
const DOING: &str = "asking the metadata service of EC2, since no other source is set: ";

/// An instance with a role.
fn story() -> (Sources, Imds) {
    let sources = Sources::new("instance");
    let keys = sources.sts.add_assumed_role("web", "i-0123456789abcdef0");
    let imds = Imds::start(STS_REGION, sources.sandbox.secrets());
    imds.set_role("web", &keys);
    (sources, imds)
}

fn on<'a>(imds: &Imds, command: Command<'a>) -> Command<'a> {
    command
        .without_env("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url())
}

#[test]
fn an_instance_is_its_role_and_no_proxy_hears_of_it() {
    let (sources, imds) = story();
    let proxy = Proxy::start(BTreeMap::new());
    let command = on(&imds, sources.token_exec())
        .without_env("NO_PROXY")
        .env("HTTP_PROXY", proxy.url())
        .env("RUST_LOG", "trace");
    assert_eq!(ARN, sources.caller(command));
    let asked: Vec<_> = imds
        .requests()
        .into_iter()
        .map(|request| format!("{} {} {}", request.method, request.path, request.verdict))
        .collect();
    let roles = "/latest/meta-data/iam/security-credentials/";
    let expected = [
        "PUT /latest/api/token OK".to_owned(),
        format!("GET {roles} OK"),
        format!("GET {roles}web OK"),
    ];
    assert_eq!(expected.to_vec(), asked);
    assert!(proxy.journal().is_empty());
    let Some(peers) = Peers::for_story("botocore asks the metadata service") else {
        return;
    };
    let peer = on(&imds, peers.botocore(&sources.sandbox));
    let peer = peer.env("AWS_ENDPOINT_URL_STS", sources.sts.url());
    assert_eq!(format!("iam-role {ARN}"), peer.succeed().stdout.trim());
}

#[test]
fn nobody_asks_it_who_has_keys_or_was_told_not_to() {
    let (sources, imds) = story();
    let keys = sources.sts.add_user("alice");
    let arn = sources.caller(on(&imds, sources.token_exec()).keys(&keys));
    assert_eq!("arn:aws:iam::111122223333:user/alice", arn);
    sources.sandbox.credentials_file(&[("default", &keys)]);
    assert_eq!(arn, sources.caller(on(&imds, sources.token_exec())));
    std::fs::remove_file(sources.sandbox.home().join(".aws/credentials")).expect("it was written");
    let command = on(&imds, sources.token_exec()).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.run();
    assert_eq!((Some(1), ""), (output.code, output.stdout.as_str()));
    assert_eq!(0, imds.counts().connections);
}

#[test]
fn says_why_an_instance_gave_nothing() {
    let (sources, imds) = story();
    let ask = || {
        let (error, hint) = failure(&sources.sandbox, on(&imds, sources.token_exec()));
        let error = error.strip_prefix(DOING).unwrap_or(&error).to_owned();
        (error, hint)
    };
    imds.set_lifetime(-1);
    let (error, _) = ask();
    assert!(error.starts_with("its credentials expired at "), "{error}");
    imds.set_door(Door::Silent);
    let (error, hint) = ask();
    let expected = format!(
        "opening a session of IMDSv2: no whole answer of {} within 2 s",
        imds.address()
    );
    assert_eq!(expected, error);
    assert_eq!(
        "in a container on EC2, raise the hop limit of the instance's metadata options to 2",
        hint
    );
    let bare = Imds::start(STS_REGION, sources.sandbox.secrets());
    let (error, hint) = failure(&sources.sandbox, on(&bare, sources.token_exec()));
    assert_eq!(format!("{DOING}the instance has no role"), error);
    assert_eq!("attach an instance profile, or set another source", hint);
}
