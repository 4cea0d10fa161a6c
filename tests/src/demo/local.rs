//! The play without a control plane: a token, the question that kube-apiserver would ask about
//! it, and the answer.

use std::{fs, net::SocketAddr, time::Instant};

use http::Method;
use serde_json::{Value, json};

use super::{
    Failure, Playground, Stage,
    cast::{self, ADMIN, CLUSTER, READER, STRANGER},
    stage::Outcome,
    webhook::{self, Mappings, Webhook},
};
use crate::support::{
    http::Client,
    pki::{Ca, client_config_for},
    scan::Secrets,
    sts::{STS_HOST, Sts},
};

pub(super) fn play(stage: &Stage) -> Result<Playground, Failure> {
    stage
        .screen
        .headline("The main job without a cluster: token, TokenReview, mapped identity");
    let sts = sts(stage)?;
    let lists = cast::mappings("mapRoles", "mapUsers", "  ");
    let webhook = Webhook::configure(stage, &sts, Mappings::Inline(&lists))?;
    Webhook::init(stage)?;
    let mut server = webhook.serve(stage)?;
    let ca = fs::read_to_string(stage.path("webhook/ca.pem"))
        .map_err(Failure::of("read webhook/ca.pem"))?;
    let address = SocketAddr::from(([127, 0, 0, 1], webhook.port()));
    let client = Client::tls(address, "127.0.0.1", client_config_for(&ca, &["http/1.1"]));
    inspect(stage)?;
    for (caller, title) in [
        (ADMIN, "an IAM user, mapped to system:masters"),
        (READER, "a session of a role that is mapped to a group"),
        (STRANGER, "an IAM user whom nobody mapped"),
    ] {
        stage.screen.headline(&format!("{caller}: {title}"));
        review(stage, webhook, &client, caller)?;
    }
    webhook::explain_refusal(stage, &mut server, "webhook.yaml", "mapUsers")?;
    let seconds = stage.since().elapsed().as_secs();
    stage.screen.farewell(&format!(
        "Done in {seconds} s. With Go installed, `cargo demo` shows the same with the real \
         kube-apiserver and kubectl."
    ));
    Ok(Playground {
        _webhook: server,
        control_plane: None,
        _sts: sts,
        directory: stage.directory().to_owned(),
    })
}

/// Starts the STS that the whole demo asks, and writes its CA's certificate.
pub(super) fn sts(stage: &Stage) -> Result<Sts, Failure> {
    let begin = Instant::now();
    stage.screen.step(&format!(
        "A local STS in the place of {STS_HOST}; it verifies every signature"
    ));
    let ca = Ca::new("local STS");
    let sts = Sts::start(&ca, &Secrets::default());
    stage.write("sts-ca.crt", &ca.pem())?;
    cast::enter(&sts, stage)?;
    stage.screen.action(&format!(
        "It runs inside the demo and knows {ADMIN}, {READER} and {STRANGER}."
    ));
    stage.screen.took(begin.elapsed());
    Ok(sts)
}

fn inspect(stage: &Stage) -> Result<(), Failure> {
    stage
        .screen
        .step("A token is a presigned question to STS: who am I?");
    let line = format!(
        "AWS_PROFILE={ADMIN} token-exec --cluster-name {CLUSTER} --output token | token-exec inspect -"
    );
    stage.run(&line, Outcome::Shows(STS_HOST))?;
    Ok(())
}

/// Asks what kube-apiserver would ask when `caller` calls it.
fn review(stage: &Stage, webhook: Webhook, client: &Client, caller: &str) -> Result<(), Failure> {
    stage
        .screen
        .step("token-exec signs; kube-apiserver would ask the webhook:");
    let mint =
        format!("token=$(AWS_PROFILE={caller} token-exec --cluster-name {CLUSTER} --output token)");
    let token = stage.run_for_variable(&mint, "token")?;
    stage.screen.command(&format!(
        "curl --cacert webhook/ca.pem https://127.0.0.1:{}/authenticate \\\n\
         -H 'Content-Type: application/json' -d '{{\"apiVersion\": \"{}\",\n\
         \"kind\": \"TokenReview\", \"spec\": {{\"token\": \"'$token'\"}}}}'",
        webhook.port(),
        API_VERSION,
    ));
    let begin = Instant::now();
    let status = ask(client, &token)?;
    stage.screen.took(begin.elapsed());
    stage.screen.output(&indented(&status, ""));
    let admitted = status.get("authenticated") == Some(&Value::Bool(true));
    if admitted == (caller != STRANGER) {
        return Ok(());
    }
    Err(Failure::new(format!("{caller} got the wrong answer")))
}

fn ask(client: &Client, token: &str) -> Result<Value, Failure> {
    let review = json!({
        "apiVersion": API_VERSION,
        "kind": "TokenReview",
        "spec": { "token": token },
    });
    let headers = [("host", "localhost"), ("content-type", "application/json")];
    let answer = client
        .send(Method::POST, "/authenticate", &headers, review.to_string())
        .map_err(Failure::of("ask the webhook"))?;
    let status = answer.status;
    let review: Value = serde_json::from_slice(&answer.body).map_err(Failure::of(&format!(
        "read the webhook's answer ({status})"
    )))?;
    let no_review = || Failure::new(format!("the webhook's answer ({status}) is no review"));
    review.get("status").cloned().ok_or_else(no_review)
}

/// JSON with a line for each member of an object, and lists on one line.
fn indented(value: &Value, margin: &str) -> String {
    let Value::Object(members) = value else {
        return value.to_string();
    };
    let inner = format!("{margin}  ");
    let members = members.iter().map(|(key, value)| {
        format!(
            "{inner}{}: {}",
            Value::from(key.as_str()),
            indented(value, &inner)
        )
    });
    format!(
        "{{\n{}\n{margin}}}",
        members.collect::<Vec<_>>().join(",\n")
    )
}

const API_VERSION: &str = "authentication.k8s.io/v1";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn indents_objects_and_leaves_lists_on_their_line() {
        let value = json!({ "a": [1, 2], "b": { "c": "d" } });
        let text = "{\n  \"a\": [1,2],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}";
        assert_eq!(indented(&value, ""), text);
    }
}
