//! The play without a control plane: a token, the question that kube-apiserver would ask about
//! it, and the answer.

use std::{net::SocketAddr, time::Instant};

use serde_json::Value;

use super::{
    Failure, Playground, Stage,
    cast::{self, ADMIN, CLUSTER, READER, STRANGER},
    stage::Outcome,
    webhook::{Mappings, Webhook},
};
use crate::support::{
    control_plane::ReviewVersion,
    pki::Ca,
    review::Reviewer,
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
    let server = webhook.serve(stage)?;
    let address = SocketAddr::from(([127, 0, 0, 1], webhook.port()));
    let reviewer = Reviewer::new(address, &stage.path("webhook/ca.pem"))
        .map_err(Failure::of("read webhook/ca.pem"))?;
    inspect(stage)?;
    for (caller, title) in [
        (ADMIN, "an IAM user, mapped to system:masters"),
        (
            READER,
            "a session of a role that is mapped to a group of readers",
        ),
        (STRANGER, "an IAM user whom nobody mapped"),
    ] {
        stage.screen.headline(&format!("{caller}: {title}"));
        review(stage, webhook, &reviewer, caller)?;
    }
    let seconds = stage.since().elapsed().as_secs();
    stage.screen.farewell(&format!(
        "Done in {seconds} s. With Go installed, `cargo demo` shows the same with the real \
         kube-apiserver and kubectl."
    ));
    Ok(Playground {
        _webhook: server,
        _control_plane: None,
        _sts: sts,
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
    stage.screen.note(&format!(
        "It knows three callers: {ADMIN}, {READER} and {STRANGER}."
    ));
    stage
        .screen
        .note(&format!("It took {} ms.", begin.elapsed().as_millis()));
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
fn review(
    stage: &Stage,
    webhook: Webhook,
    reviewer: &Reviewer,
    caller: &str,
) -> Result<(), Failure> {
    stage.screen.step("token-exec signs");
    let mint = format!("AWS_PROFILE={caller} token-exec --cluster-name {CLUSTER} --output token");
    let token = stage.run_quietly(&mint, Outcome::Shows("k8s-aws-v1."))?;
    stage
        .screen
        .step("kube-apiserver would ask the webhook, and get this answer");
    stage.screen.command(&format!(
        "curl --cacert webhook/ca.pem -H 'Content-Type: application/json' \\\n\
         -d '{{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenReview\",\"spec\":{{\"token\":\"'$({mint})'\"}}}}' \\\n\
         https://127.0.0.1:{}/authenticate",
        webhook.port()
    ));
    let begin = Instant::now();
    let status = reviewer
        .review(ReviewVersion::V1, token.trim())
        .map_err(Failure::of("ask the webhook"))?;
    stage.screen.took(begin.elapsed());
    stage.screen.output(&format!("{status:#}"));
    let expected = caller != STRANGER;
    let admitted = status.get("authenticated") == Some(&Value::Bool(true));
    if admitted == expected {
        return Ok(());
    }
    Err(Failure::new(format!("{caller} got the wrong answer")))
}
