//! A token that is not let in, and a caller who is not who was meant.

use e2e::support::cluster::CLUSTER;
use e2e::support::eks::{Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::standin::Front;
use e2e::support::sts::{ACCOUNT, Caller, Sts};
use serde_json::{Value, json};

use crate::{by_arn, site};

#[test]
fn a_401_of_somebody_unmapped_is_traced_with_the_next_command() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let bob = site.cluster.sts.add_assumed_role("dev", "bob");
    let check = || site.check(&site.kubeconfig(), &bob);
    let (name, message, hint) = site.problem(check());
    assert_eq!("access", name);
    assert_eq!(
        "the server does not let the token in (401): nothing in the cluster maps \
         arn:aws:iam::111122223333:role/dev",
        message
    );
    assert!(hint.starts_with("somebody who has access runs: kubectl -n kube-system get configmap"));
    let aws_auth = |roles: Value| {
        let manifest = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": "aws-auth", "namespace": "kube-system" },
            "data": { "mapRoles": roles.to_string() },
        });
        let command = check()
            .args(["--aws-auth", "-"])
            .stdin(manifest.to_string());
        let (_, message, hint) = site.problem(command);
        (message, hint)
    };
    let refused = "the server does not let the token in (401)";
    let entry = |arn: &str| json!([{ "rolearn": arn, "username": "u", "groups": [] }]);
    let (message, hint) = aws_auth(entry("arn:aws:iam::111122223333:role/team/dev"));
    assert_eq!(
        format!(
            "{refused}: aws-auth names arn:aws:iam::111122223333:role/team/dev with its path, line 1 \
             of mapRoles, which matches nobody"
        ),
        message
    );
    assert_eq!(
        "an editor of aws-auth writes arn:aws:iam::111122223333:role/dev in its place",
        hint
    );
    let (message, hint) = aws_auth(entry("arn:aws:iam::444455556666:role/dev"));
    let unmapped = "aws-auth does not map arn:aws:iam::111122223333:role/dev";
    assert_eq!(format!("{refused}: {unmapped}"), message);
    assert_eq!(
        "line 1 of mapRoles has arn:aws:iam::444455556666:role/dev: is that meant?",
        hint
    );
    let (message, _) = aws_auth(entry("arn:aws:iam::111122223333:role/dev"));
    assert_eq!(
        format!("{refused}, although line 1 of mapRoles maps arn:aws:iam::111122223333:role/dev"),
        message
    );
}

#[test]
fn another_principal_than_the_stanza_is_for_is_named() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let bob = site.cluster.sts.add_assumed_role("dev", "bob");
    site.cluster.sandbox.write(
        "home/profiles",
        "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = base\n",
    );
    let command = site
        .check(&site.kubeconfig(), &bob)
        .env("AWS_PROFILE", "ops");
    let config = site.cluster.sandbox.path().join("home/profiles");
    let (name, message, hint) = site.problem(command.env("AWS_CONFIG_FILE", config));
    assert_eq!(
        (
            "access",
            "the server does not let the token in (401): it is of \
             arn:aws:sts::111122223333:assumed-role/dev/bob, and the profile ops names \
             arn:aws:iam::111122223333:role/ops",
            "AWS_ACCESS_KEY_ID is exported and wins over AWS_PROFILE: unset it, or write the entry \
             anew with --profile"
        ),
        (name.as_str(), message.as_str(), hint.as_str())
    );
}

#[test]
fn a_token_for_another_cluster_an_ended_session_and_a_wrong_secret_are_told_apart() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let by_arn = by_arn(site);
    let alice = site.cluster.sts.add_user("alice");
    assert_eq!(Some(0), site.steps(site.check(&by_arn, &alice)).1);
    let other = by_arn.replace("--cluster-name=story", "--cluster-name=storey");
    let (name, message, hint) = site.problem(site.check(&other, &alice));
    assert_eq!(
        (
            "caller",
            "the token is for cluster storey, and the entry is of story"
        ),
        (name.as_str(), message.as_str())
    );
    assert_eq!(
        "kubeconfig-gen update --name story writes the right name into the stanza",
        hint
    );
    let session = site.cluster.sts.add_assumed_role("dev", "eve");
    site.cluster.sts.expire_session(&session);
    let (name, message, hint) = site.problem(site.check(&by_arn, &session));
    assert_eq!(
        (
            "caller",
            "STS denies it with ExpiredToken: the credentials that it was signed with have expired",
            "sign in again where the credentials came from, and make a new token"
        ),
        (name.as_str(), message.as_str(), hint.as_str())
    );
    let forged = site.check(&by_arn, &alice.with_secret_of(&Keys::long_lived()));
    let (name, message, _) = site.problem(forged);
    assert_eq!("caller", name);
    assert!(
        message.starts_with("STS denies it with SignatureDoesNotMatch: "),
        "{message}"
    );
}

#[test]
fn what_eks_knows_of_the_cluster_explains_a_401() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let sts = Sts::start_plain(site.cluster.sandbox.secrets());
    let bob = site.cluster.sts.add_assumed_role("dev", "bob");
    sts.add_with_keys(&Caller::assumed_role(ACCOUNT, "dev", "bob"), bob.clone());
    let eks = Eks::start(Front::Plain, &sts);
    let (address, ca) = site.cluster.api_server();
    let cluster = EksCluster {
        endpoint: format!("https://{address}"),
        ..EksCluster::new(CLUSTER, &ca)
    };
    let by_arn = by_arn(site);
    let access = || {
        let check = site.check(&by_arn, &bob).env("NO_PROXY", "127.0.0.1");
        let (name, message, hint) = site.problem(check.env("AWS_ENDPOINT_URL_EKS", eks.url()));
        assert_eq!("access", name);
        let refused = "the server does not let the token in (401): ";
        (message.replace(refused, ""), hint)
    };
    assert_eq!(
        (
            "this account has no cluster story in us-west-2 any more".to_owned(),
            "kubeconfig-gen prune drops its entries".to_owned()
        ),
        access()
    );
    eks.add(EksCluster {
        authentication_mode: "API".to_owned(),
        ..cluster.clone()
    });
    let (message, hint) = access();
    assert_eq!(
        "the cluster goes by access entries alone, and has none for \
         arn:aws:iam::111122223333:role/dev",
        message
    );
    assert_eq!(
        "an administrator runs: aws eks create-access-entry --cluster-name story --region us-west-2 \
         --principal-arn arn:aws:iam::111122223333:role/dev",
        hint
    );
    eks.add(EksCluster {
        endpoint: "https://anew.example".to_owned(),
        ..cluster.clone()
    });
    assert_eq!(
        format!(
            "the cluster answers at https://anew.example, and the entry leads to https://{address}"
        ),
        access().0
    );
    eks.add(cluster);
    assert!(access().0.starts_with("nothing in the cluster maps "));
}
