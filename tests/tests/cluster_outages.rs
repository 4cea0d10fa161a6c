//! A webhook that is not there, cannot decide, or never answers: users are turned away, and let
//! in again as soon as it is back. These API servers send `v1beta1` reviews, their own default.
//!
//! Every call signs with new keys: with the same keys, two tokens of one second are the same, and
//! kube-apiserver would answer from its cache.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use e2e::support::{
    cluster::{CLUSTER, Cluster, REGION, Story},
    control_plane::{Mode, ReviewVersion},
    http::Client,
    keys::Keys,
    pki::client_config_for,
    sts::{Door, STS_HOST},
    token::TokenRecipe,
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

#[test]
fn after_a_restart_of_the_api_server_everybody_comes_back_at_once_and_sts_is_not_asked() {
    with_cluster(|story| {
        let keys: Vec<Keys> = (0..CROWD).map(|_| story.sts.add_user("alice")).collect();
        let token = |keys| TokenRecipe::new(keys, STS_HOST, REGION, CLUSTER, story.sts.now());
        let tokens: Vec<_> = keys.iter().map(|keys| token(keys).bearer()).collect();
        let (address, ca) = story.api_server();
        let client = Client::tls(address, "127.0.0.1", client_config_for(&ca, &["http/1.1"]));
        let come_in = |token: &String| {
            story.sandbox.secrets().add_bearer(token);
            let headers = [
                ("Host", "127.0.0.1"),
                ("Authorization", &format!("Bearer {token}")),
            ];
            client
                .get("/api", &headers)
                .map(|answer| answer.status.as_u16())
                .ok()
        };
        let all = || {
            thread::scope(|scope| {
                let come_in = &come_in;
                let coming = tokens
                    .iter()
                    .map(|token| scope.spawn(move || come_in(token)));
                let coming: Vec<_> = coming.collect();
                let came = coming.into_iter().map(|coming| coming.join().unwrap());
                came.collect::<Vec<_>>()
            })
        };
        assert_eq!(vec![Some(200); CROWD], all());
        let asked = story.sts.counts().requests;
        story.restart_api_server();
        assert_eq!(vec![Some(200); CROWD], all());
        assert_eq!(asked, story.sts.counts().requests);
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

/// Callers at once.
const CROWD: usize = 100;

const ALICE: &str = r#"[{"userarn": "arn:aws:iam::111122223333:user/alice", "username": "alice"}]"#;

const UNAUTHORIZED: &str = "error: You must be logged in to the server (Unauthorized)\n";
