//! token-exec asks the agent beside a container: of ECS, or of EKS Pod Identity.

use std::collections::BTreeMap;

use e2e::support::command::Command;
use e2e::support::container::Container;
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::proxy::Proxy;
use e2e::support::serve::Door;
use e2e::support::sources::{Sources, failure};
use e2e::support::standin::{Fault, Front};

const ARN: &str = "arn:aws:sts::111122223333:assumed-role/task/a-session";
const FILE: &str = "home/token";
const DOING: &str = "asking the container's agent (AWS_CONTAINER_CREDENTIALS_FULL_URI): ";

fn story() -> (Sources, Keys) {
    let sources = Sources::new("container");
    let keys = sources.sts.add_assumed_role("task", "a-session");
    (sources, keys)
}

fn beside<'a>(sources: &Sources, agent: &Container, command: Command<'a>) -> Command<'a> {
    command
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.full_uri())
        .env(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            sources.sandbox.path().join(FILE),
        )
}

#[test]
fn a_pod_shows_the_token_that_its_file_holds_now_and_no_proxy_hears_of_it() {
    let (sources, keys) = story();
    let agent = Container::pod_identity(Front::Plain, &keys, sources.sandbox.secrets());
    let proxy = Proxy::start(BTreeMap::new());
    for _ in 0..2 {
        let token = agent.rotate_token();
        sources.sandbox.write_private(FILE, token + "\n");
        let command = beside(&sources, &agent, sources.token_exec());
        let command = command
            .without_env("NO_PROXY")
            .env("HTTP_PROXY", proxy.url())
            .env("RUST_LOG", "trace");
        assert_eq!(ARN, sources.caller(command));
    }
    assert_eq!(["OK", "OK"].to_vec(), agent.verdicts());
    assert!(proxy.journal().is_empty());
    let Some(peers) = Peers::for_story("botocore asks the Pod Identity agent") else {
        return;
    };
    // A line break at the end is more than botocore takes.
    sources.sandbox.write_private(FILE, agent.rotate_token());
    let peer = beside(&sources, &agent, peers.botocore(&sources.sandbox));
    let peer = peer.env("AWS_ENDPOINT_URL_STS", sources.sts.url());
    assert_eq!(
        format!("container-role {ARN}"),
        peer.succeed().stdout.trim()
    );
}

#[test]
fn an_agent_behind_tls_is_asked_where_its_ca_is_trusted() {
    let (sources, keys) = story();
    let ca = Ca::new("agent");
    let front = Front::Tls(&ca, &[]);
    let agent = Container::pod_identity(front, &keys, sources.sandbox.secrets());
    sources.sandbox.write_private(FILE, agent.rotate_token());
    let ask = |ca: &Ca| {
        let bundle = sources.sandbox.write("home/ca.pem", ca.pem());
        beside(&sources, &agent, sources.token_exec()).env("AWS_CA_BUNDLE", bundle)
    };
    assert_eq!(ARN, sources.caller(ask(&ca)));
    let (error, hint) = failure(&sources.sandbox, ask(&Ca::new("another")));
    let expected = format!(
        "{DOING}{} shows a certificate that does not hold by the roots of /home/ca.pem \
         (AWS_CA_BUNDLE): ",
        agent.address()
    );
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(
        "name the CA bundle of your network in AWS_CA_BUNDLE (PEM)",
        hint
    );
    assert_eq!(1, agent.counts().requests);
}

#[test]
fn credentials_are_taken_in_the_clear_from_near_agents_alone() {
    let (sources, _) = story();
    for (url, host) in [
        ("http://169.254.169.254/x", "169.254.169.254"),
        ("http://agent.internal/x", "agent.internal"),
    ] {
        let command = sources.token_exec();
        let command = command.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
        let expected = format!(
            "{DOING}{host} may be asked over https only: it is neither this machine nor an agent \
             of AWS"
        );
        let hint = "correct AWS_CONTAINER_CREDENTIALS_FULL_URI, or unset it".to_owned();
        assert_eq!((expected, hint), failure(&sources.sandbox, command));
    }
}

#[test]
fn an_agent_that_is_no_use_ends_in_one_line() {
    let (sources, keys) = story();
    let agent = Container::pod_identity(Front::Plain, &keys, sources.sandbox.secrets());
    sources.sandbox.write_private(FILE, agent.rotate_token());
    let error = || {
        let command = beside(&sources, &agent, sources.token_exec());
        let (error, _) = failure(&sources.sandbox, command);
        error.strip_prefix(DOING).unwrap_or(&error).to_owned()
    };
    let host = agent.address();
    let failed = Fault::Error {
        status: 500,
        code: "InternalServerException",
    };
    let internal = "it answered 500 Internal Server Error: an error on demand";
    for (fault, expected) in [
        (failed.clone(), internal.to_owned()),
        (
            Fault::Redirect("http://127.0.0.1:1/".to_owned()),
            "it answered 302 Found".to_owned(),
        ),
        (
            Fault::Garbage,
            "its answer makes no sense: it is not JSON".to_owned(),
        ),
        (
            Fault::EmptyBody,
            "its answer makes no sense: it is not JSON".to_owned(),
        ),
        (
            Fault::Oversize(2 << 20),
            format!("the answer of {host} is larger than 1048576 bytes"),
        ),
        (Fault::TruncatedBody, format!("talking to {host}: ")),
    ] {
        agent.set_fault(fault.clone());
        let error = error();
        assert!(error.starts_with(&expected), "{fault:?}: {error}");
    }
    agent.clear_fault();
    agent.set_lifetime(-1);
    assert!(
        error().starts_with("its credentials expired at "),
        "{}",
        error()
    );
    agent.set_lifetime(3600);
    agent.rotate_token();
    let refused = "it answered 400 Bad Request: Service account token is invalid or has expired";
    assert_eq!(refused, error());
    agent.set_door(Door::Refusing);
    assert!(
        error().starts_with(&format!("connecting to {host}: ")),
        "{}",
        error()
    );
    agent.set_door(Door::Open);
    sources.sandbox.write_private(FILE, agent.rotate_token());
    agent.set_fault_for(2, failed);
    let command = beside(&sources, &agent, sources.token_exec());
    assert_eq!(ARN, sources.caller(command), "two errors pass");
}
