//! A webhook that is not there, cannot decide, or never answers: users are turned away, and let
//! in again as soon as it is back. These API servers send `v1beta1` reviews, their own default.
//!
//! Every call signs with new keys: with the same keys, two tokens of one second are the same, and
//! kube-apiserver would answer from its cache.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use e2e::support::{
    cluster::{Cluster, Story},
    control_plane::{Mode, ReviewVersion},
    sts::Door,
};
use serde_json::{Value, json};

#[test]
fn without_its_webhook_nobody_comes_in_and_with_it_everybody_does_again() {
    with_cluster(|story| {
        assert_eq!(call(story), Ok("alice".to_owned()));
        story.stop_webhook();
        assert_eq!(call(story), Err(UNAUTHORIZED.to_owned()));
        story.start_webhook();
        assert_eq!(call(story), Ok("alice".to_owned()));
    });
}

#[test]
fn while_sts_is_down_the_webhook_answers_503_and_remembers_nothing_of_it() {
    with_cluster(|story| {
        let token = story.token(&story.sts.add_user("alice"));
        story.sts.set_door(Door::Refusing);
        assert_eq!(call(story), Err(UNAUTHORIZED.to_owned()));
        assert_eq!(story.review(&token).response.status, 503);
        story.sts.set_door(Door::Open);
        let admitted = || call(story) == Ok("alice".to_owned());
        // The circuit of the host may be open for a moment.
        assert!(e2e::support::cluster::eventually(
            Duration::from_secs(60),
            admitted
        ));
        assert!(
            story.review(&token).is_authenticated(),
            "a token that met a 503 is as good as ever"
        );
    });
}

#[test]
fn a_webhook_that_never_answers_costs_its_callers_time_and_nobody_else() {
    with_cluster(|story| {
        story.set_path(Mode::Hang);
        assert_eq!(call(story), Err(UNAUTHORIZED.to_owned()));
        let admin = story
            .admin()
            .succeed(&["auth", "whoami", "--output=json"])
            .json();
        assert_eq!(admin["status"]["userInfo"]["username"], json!("admin"));
        story.set_path(Mode::Forward(story.webhook_address()));
        assert_eq!(call(story), Ok("alice".to_owned()));
    });
}

/// The user that a new key of alice's is taken for, or what kubectl says instead.
fn call(story: &Story<'_>) -> Result<String, String> {
    let keys = story.sts.add_user("alice");
    let output = story
        .call(&keys, &["auth", "whoami", "--output=json"])
        .run();
    if output.code != Some(0) {
        return Err(output.stderr);
    }
    let whoami = output.json();
    let username = whoami
        .pointer("/status/userInfo/username")
        .and_then(Value::as_str);
    Ok(username.expect("whoami names the user").to_owned())
}

/// Outages are for one story at a time.
fn with_cluster(play: impl FnOnce(&Story<'_>)) {
    static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);
    let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if cluster.is_none() {
        *cluster = Cluster::start("outages", ReviewVersion::V1Beta1, Duration::from_secs(10));
        if let Some(cluster) = &*cluster {
            cluster.set_aws_auth(&json!({ "mapUsers": ALICE }));
        }
    }
    if let Some(cluster) = &*cluster {
        play(&cluster.story());
    }
}

const ALICE: &str = r#"[{"userarn": "arn:aws:iam::111122223333:user/alice", "username": "alice"}]"#;

const UNAUTHORIZED: &str = "error: You must be logged in to the server (Unauthorized)\n";
