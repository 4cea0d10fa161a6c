//! token-exec assumes a role with the token of an identity provider, as pods on EKS do (IRSA).

use e2e::support::command::Command;
use e2e::support::peers::Peers;
use e2e::support::sources::{Sources, failure};
use e2e::support::sts::{ACCOUNT, Fault, Role};

const SUBJECT: &str = "system:serviceaccount:default:app";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const ARN: &str = "arn:aws:sts::111122223333:assumed-role/app/pod";
const FILE: &str = "home/token";

fn story() -> Sources {
    let sources = Sources::new("web-identity");
    let role = Role::new(ACCOUNT, "app").trusts_subject(SUBJECT);
    sources.sts.add_role(role);
    sources
}

fn in_pod<'a>(sources: &Sources, command: Command<'a>) -> Command<'a> {
    command
        .env("AWS_ROLE_ARN", ROLE)
        .env("AWS_ROLE_SESSION_NAME", "pod")
        .env(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            sources.sandbox.path().join(FILE),
        )
}

#[test]
fn a_pod_is_known_by_the_token_that_its_file_holds_now() {
    let sources = story();
    for _ in 0..2 {
        let token = sources.sts.web_identity_token(SUBJECT, 60);
        sources.sandbox.write_private(FILE, token + "\n");
        let command = in_pod(&sources, sources.token_exec()).env("RUST_LOG", "trace");
        assert_eq!(ARN, sources.caller(command));
    }
    let first = sources.sts.requests().into_iter().next();
    assert_eq!(Some(None), first.map(|request| request.access_key_id));
    let Some(peers) = Peers::for_story("botocore assumes a role with a web identity") else {
        return;
    };
    // A line break at the end is more than botocore takes.
    let token = sources.sts.web_identity_token(SUBJECT, 60);
    sources.sandbox.write_private(FILE, token);
    let peer = in_pod(&sources, peers.botocore(&sources.sandbox));
    let peer = peer.env("AWS_ENDPOINT_URL_STS", sources.sts.url());
    let expected = format!("assume-role-with-web-identity {ARN}");
    assert_eq!(expected, peer.succeed().stdout.trim());
}

#[test]
fn says_what_is_wrong_with_the_token_and_never_shows_it() {
    let sources = story();
    let said = || failure(&sources.sandbox, in_pod(&sources, sources.token_exec()));
    let doing = |what: &str| {
        format!("assuming {ROLE} with the token of /{FILE} (AWS_WEB_IDENTITY_TOKEN_FILE): {what}")
    };
    let mounted = "in a pod, check its service account's eks.amazonaws.com/role-arn annotation and \
                   that the token is mounted; else set AWS_WEB_IDENTITY_TOKEN_FILE to the file";
    let missing = doing(&format!(
        "reading /{FILE}: No such file or directory (os error 2)"
    ));
    assert_eq!((missing, mounted.to_owned()), said());
    sources.sandbox.write(FILE, "");
    let empty = doing(&format!("/{FILE} is empty"));
    assert_eq!((empty, mounted.to_owned()), said());
    assert_eq!(0, sources.sts.counts().requests);

    let issued = |subject: &str, seconds| {
        let token = sources.sts.web_identity_token(subject, seconds);
        sources.sandbox.write_private(FILE, token);
        said()
    };
    let (error, hint) = issued(SUBJECT, -1);
    assert!(
        error.starts_with(&doing("ExpiredTokenException: ")),
        "{error}"
    );
    assert_eq!(
        "the token has expired: whatever writes the file must renew it",
        hint
    );
    let (error, hint) = issued("system:serviceaccount:default:other", 60);
    assert!(error.starts_with(&doing("AccessDenied: ")), "{error}");
    assert_eq!(
        "the role's trust policy must allow sts:AssumeRoleWithWebIdentity for the token's issuer, \
         subject and audience",
        hint
    );
}

#[test]
fn a_provider_that_sts_did_not_reach_is_asked_about_again() {
    let sources = story();
    let token = sources.sts.web_identity_token(SUBJECT, 60);
    sources.sandbox.write_private(FILE, token);
    sources.sts.set_fault_for(2, Fault::IdpCommunicationError);
    assert_eq!(ARN, sources.caller(in_pod(&sources, sources.token_exec())));
}
