//! `verify` and `whoami`: what STS says of a token, and of the credentials.

use crate::sts::{CLUSTER, Sts};
use crate::support::{KEY, SECRET, SESSION_TOKEN, Sandbox, TEMPORARY_KEY};

const ME: &str = "arn:aws:sts::111122223333:assumed-role/dev/me";
const ALICE: &str = "arn:aws:iam::111122223333:user/team/alice";

fn sandbox(sts: &Sts) -> Sandbox {
    Sandbox::exported()
        .set("AWS_ACCESS_KEY_ID", TEMPORARY_KEY)
        .set("AWS_SESSION_TOKEN", SESSION_TOKEN)
        .set("AWS_ENDPOINT_URL_STS", &sts.url())
}

fn token(sandbox: &Sandbox) -> String {
    let outcome = sandbox.run(&format!("--output token --cluster-name {CLUSTER}"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    outcome.stdout
}

#[test]
fn verify_asks_sts_as_the_webhook_does_and_prints_the_identity() {
    let sts = Sts::knowing(ME);
    let sandbox = sandbox(&sts);
    let token = token(&sandbox);
    let text = format!(
        "cluster id: prod\nhost: sts.us-west-2.amazonaws.com\naccount: 111122223333\nARN: {ME}\n\
         canonical ARN: arn:aws:iam::111122223333:role/dev\nuser id: AROA1:me\nsession name: me\n\
         access key id: {TEMPORARY_KEY}\n"
    );
    let given = sandbox.run(&format!("verify --cluster-id {CLUSTER} {token}"));
    assert_eq!(
        (given.code, given.stdout, given.stderr.as_str()),
        (0, text, "")
    );
    let heard = sts.heard();
    let [request] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    for line in [
        "host: sts.us-west-2.amazonaws.com\r\n",
        "x-k8s-aws-id: prod\r\n",
        "accept: application/json\r\n",
    ] {
        assert!(request.contains(line), "{request}");
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_token-exec"));
    let line = format!("verify -i {CLUSTER} - -o json");
    let piped = sandbox.run_as(program, &line, token.as_bytes());
    assert_eq!(
        (piped.code, piped.stdout),
        (
            0,
            format!(
                "{{\"apiVersion\":\"token-exec/v1\",\"kind\":\"Verification\",\"clusterId\":\
                 \"prod\",\"host\":\"sts.us-west-2.amazonaws.com\",\"account\":\"111122223333\",\
                 \"arn\":\"{ME}\",\"canonicalArn\":\"arn:aws:iam::111122223333:role/dev\",\
                 \"userId\":\"AROA1:me\",\"sessionName\":\"me\",\"accessKeyId\":\
                 \"{TEMPORARY_KEY}\"}}\n"
            ),
        ),
    );
}

#[test]
fn verify_says_what_a_denial_means() {
    let sts = Sts::knowing(ME);
    let sandbox = sandbox(&sts);
    let outcome = sandbox.run(&format!("verify --cluster-id other {}", token(&sandbox)));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    assert_eq!(
        outcome.stderr,
        "token-exec: verifying the token: STS denies it with SignatureDoesNotMatch: the signature \
         does not match: the token is for another cluster, was changed, or was signed with a \
         secret that is not the key's\n\
         hint: verify with the identifier that the token was made for: the cluster's name, or what \
         the server's clusterID says\n",
    );
}

#[test]
fn verify_asks_nobody_about_a_token_that_breaks_a_rule() {
    let sts = Sts::knowing(ME);
    let sandbox = sandbox(&sts);
    for (token, faults, hint) in [
        (
            "k8s-aws-v1.aHR0cHM6Ly9oLw",
            "\"h\" is not a host of STS in this partition; the URL has no query",
            "it looks like a token whose end is missing, as of a line that was cut off",
        ),
        (
            "hello",
            "the token does not begin with k8s-aws-v1.",
            "token-exec inspect shows what it says",
        ),
    ] {
        let outcome = sandbox.run(&format!("verify --cluster-id prod {token}"));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        assert_eq!(
            outcome.stderr,
            format!(
                "token-exec: verifying the token: a server refuses it unasked: {faults}\n\
                 hint: {hint}\n"
            ),
        );
    }
    assert_eq!(sts.heard(), Vec::<String>::new());
}

#[test]
fn verify_says_that_sts_is_not_reached() {
    let sts = Sts::knowing(ME);
    let token = token(&sandbox(&sts));
    let nobody = sandbox(&sts).set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    let outcome = nobody.run(&format!("verify --cluster-id prod {token}"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    assert!(
        outcome
            .stderr
            .starts_with("token-exec: verifying the token: asking STS: connecting to 127.0.0.1:1"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn whoami_says_who_won_who_lost_who_it_is_and_how_to_map_it() {
    let sts = Sts::knowing(ME);
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    let sandbox = sandbox(&sts)
        .file("credentials", format!("[ops]\n{keys}"))
        .set("AWS_PROFILE", "ops");
    let outcome = sandbox.run("whoami");
    let text = format!(
        "source: the exported keys\n\
         not used: AWS_PROFILE=ops: the exported AWS_ACCESS_KEY_ID wins over it; --profile ops \
         would win over both\n\
         not used: aws_access_key_id of profile `ops` in ~/.aws/credentials: the exported \
         AWS_ACCESS_KEY_ID wins over it\n\
         access key id: {TEMPORARY_KEY}\n\
         account: 111122223333\n\
         ARN: {ME}\n\
         canonical ARN: arn:aws:iam::111122223333:role/dev\n\
         user id: AROA1:me\n\
         session name: me\n\n\
         in aws-auth:\n\
         \x20 mapRoles: |\n\
         \x20   - rolearn: arn:aws:iam::111122223333:role/dev\n\
         \x20     username: dev:{{{{SessionName}}}}\n\
         \x20     groups:\n\
         \x20       - GROUP\n\n\
         or as an access entry:\n\
         \x20 aws eks create-access-entry --region us-west-2 --cluster-name CLUSTER \
         --principal-arn arn:aws:iam::111122223333:role/dev --kubernetes-groups GROUP\n\n\
         If the role has a path, the access entry needs it (`aws iam get-role`); aws-auth must not \
         have it.\n"
    );
    assert_eq!(
        (outcome.code, outcome.stdout, outcome.stderr.as_str()),
        (0, text, "")
    );
}

#[test]
fn whoami_says_what_is_known_where_sts_is_out_of_reach() {
    let outcome = Sandbox::exported()
        .set("AWS_PROFILE", "ops")
        .set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
        .run("whoami");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    let lines: Vec<&str> = outcome.stderr.lines().take(3).collect();
    let [source, lost, error] = lines.as_slice() else {
        panic!("{}", outcome.stderr);
    };
    assert_eq!(*source, "notice: the source is the exported keys");
    assert!(
        lost.starts_with("notice: not used: AWS_PROFILE=ops: "),
        "{lost}"
    );
    assert!(
        error.starts_with("token-exec: getting credentials: asking STS"),
        "{error}"
    );
}

#[test]
fn whoami_of_a_profile_is_a_document_for_scripts() {
    let sts = Sts::knowing(ALICE);
    let outcome = Sandbox::with_profile()
        .set("AWS_ENDPOINT_URL_STS", &sts.url())
        .run("whoami -o json");
    let expected = format!(
        "{{\"apiVersion\":\"token-exec/v1\",\"kind\":\"Identity\",\"source\":\"the keys of profile \
         `default` in ~/.aws/credentials\",\"passedOver\":[],\"accessKeyId\":\"{KEY}\",\"account\":\
         \"111122223333\",\"arn\":\"{ALICE}\",\"canonicalArn\":\"{ALICE}\",\"userId\":\"AROA1:me\",\
         \"awsAuth\":\"  mapUsers: |\\n    - userarn: {ALICE}\\n      username: alice\\n      groups:\
         \\n        - GROUP\",\"accessEntry\":\"  aws eks create-access-entry --region eu-central-1 \
         --cluster-name CLUSTER --principal-arn {ALICE} --kubernetes-groups GROUP\"}}\n"
    );
    assert_eq!((outcome.code, outcome.stdout), (0, expected));
}
