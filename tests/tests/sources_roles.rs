//! token-exec assumes roles: what STS is asked, whose token comes out, what is said when it
//! refuses.

use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::serve::Door;
use e2e::support::sources::{Sources, failure};
use e2e::support::sts::{ACCOUNT, Fault, Role};

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const DEV: &str = "arn:aws:iam::111122223333:role/dev";

/// A user whom the role `dev` trusts, if `change` leaves it so.
fn story(change: impl FnOnce(Role) -> Role) -> (Sources, Keys) {
    let sources = Sources::new("roles");
    let keys = sources.sts.add_user("alice");
    sources
        .sts
        .add_role(change(Role::new(ACCOUNT, "dev").trusts(ALICE)));
    sources.sandbox.credentials_file(&[("base", &keys)]);
    (sources, keys)
}

fn session(role: &str, name: &str) -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}")
}

#[test]
fn a_profiles_role_is_assumed_as_botocore_assumes_it() {
    let (sources, _) = story(|role| role.external_id("a:b/c"));
    let config = format!(
        "[profile dev]\nrole_arn = {DEV}\nsource_profile = base\nexternal_id = a:b/c\n\
         role_session_name = ann@example\nduration_seconds = 900\n"
    );
    sources.sandbox.write("home/.aws/config", config);
    let command = sources.token_exec().args(["--profile", "dev"]);
    // Whatever the level, no line of any library shows a secret: the sandbox looks for them.
    let arn = sources.caller(command.env("RUST_LOG", "trace"));
    assert_eq!(session("dev", "ann@example"), arn);
    let Some(peers) = Peers::for_story("botocore assumes the role of a profile") else {
        return;
    };
    let peer = peers.botocore(&sources.sandbox).env("AWS_PROFILE", "dev");
    let peer = peer.env("AWS_ENDPOINT_URL_STS", sources.sts.url());
    assert_eq!(format!("assume-role {arn}"), peer.succeed().stdout.trim());
}

#[test]
fn roles_that_rest_on_roles_are_assumed_one_by_one() {
    let (sources, keys) = story(|role| role);
    let ops = sources
        .sts
        .add_role(Role::new(ACCOUNT, "team/ops").trusts(DEV));
    let admin = sources
        .sts
        .add_role(Role::new(ACCOUNT, "admin").trusts(&ops));
    let config = format!(
        "[profile dev]\nrole_arn = {DEV}\nsource_profile = base\n\
         [profile ops]\nrole_arn = {ops}\nsource_profile = dev\n"
    );
    sources.sandbox.write("home/.aws/config", config);
    let arguments = [
        "--profile",
        "ops",
        "--role-arn",
        &admin,
        "--session-name",
        "ann",
    ];
    let arn = sources.caller(sources.token_exec().args(arguments));
    assert_eq!(session("admin", "ann"), arn);
    let requests = sources.sts.requests();
    let verdicts: Vec<_> = requests
        .iter()
        .map(|request| request.verdict.as_str())
        .collect();
    // The last is ours: whose token it is.
    assert_eq!(["OK"; 4].to_vec(), verdicts);
    let mut signers: Vec<_> = requests
        .iter()
        .map(|request| request.access_key_id.clone().unwrap_or_default())
        .collect();
    assert_eq!(Some(&keys.access_key_id), signers.first());
    signers.dedup();
    assert_eq!(4, signers.len(), "each is asked with the one before");
}

#[test]
fn says_why_a_role_was_not_given_and_what_would_help() {
    let doing = format!("assuming {DEV} (--role-arn): ");
    let assume = |sources: &Sources, keys: &Keys| {
        let command = sources.token_exec().args(["--role-arn", DEV]);
        let (error, hint) = failure(&sources.sandbox, command.keys(keys));
        let error = error.strip_prefix(&doing).map(str::to_owned);
        (error.unwrap_or_default(), hint)
    };
    let (sources, keys) = story(|role| role.external_id("secret-handshake"));
    let (error, hint) = assume(&sources, &keys);
    assert!(error.starts_with("AccessDenied: "), "{error}");
    assert!(error.contains(ALICE), "{error}");
    assert_eq!(
        "the caller's policies must allow sts:AssumeRole on the role, and the role's trust policy \
         must name the caller; it may also demand an external id or MFA, and none is set",
        hint
    );
    let (error, hint) = assume(&sources, &Keys::long_lived());
    assert!(error.starts_with("InvalidClientTokenId: "), "{error}");
    assert_eq!(
        "this access key is unknown to AWS or switched off: use another",
        hint
    );
    let old = sources.sts.add_assumed_role("old", "a-session");
    sources.sts.expire_session(&old);
    let (error, hint) = assume(&sources, &old);
    assert!(error.starts_with("ExpiredToken"), "{error}");
    assert_eq!(
        "the credentials that it is assumed with have expired: get fresh ones where they came from",
        hint
    );
    let wrong = keys.with_secret_of(&Keys::long_lived());
    let (error, hint) = assume(&sources, &wrong);
    assert!(error.starts_with("SignatureDoesNotMatch: "), "{error}");
    assert_eq!(
        "check the secret access key and the clock of this machine",
        hint
    );
}

#[test]
fn a_role_that_demands_mfa_says_that_nobody_can_be_asked() {
    let (sources, keys) = story(Role::demands_mfa);
    let serial = sources.sts.add_mfa_device("alice");
    let command = sources.token_exec().keys(&keys).env(
        "KUBERNETES_EXEC_INFO",
        "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
         \"spec\":{\"interactive\":false}}",
    );
    let command = command.args(["--role-arn", DEV, "--mfa-serial", &serial]);
    let (error, hint) = failure(&sources.sandbox, command);
    assert_eq!(
        format!(
            "asking for the code of MFA device {serial}, to assume {DEV}: the Kubernetes client \
             says that nobody can be asked"
        ),
        error
    );
    assert!(
        hint.starts_with("set interactiveMode: IfAvailable"),
        "{hint}"
    );
    assert_eq!(0, sources.sts.counts().requests);
}

#[test]
fn what_passes_is_asked_again() {
    let (sources, keys) = story(|role| role);
    for fault in [
        Fault::Throttle,
        Fault::InternalFailure,
        Fault::Unavailable,
        Fault::CloseBeforeAnswer,
        Fault::TruncatedBody,
    ] {
        sources.sts.set_fault_for(2, fault.clone());
        let arguments = ["--role-arn", DEV, "--session-name", "ann"];
        let arn = sources.caller(sources.token_exec().keys(&keys).args(arguments));
        assert_eq!(session("dev", "ann"), arn, "{fault:?}");
    }
}

#[test]
fn an_sts_that_is_no_use_ends_in_one_line() {
    let (sources, keys) = story(|role| role);
    let doing = format!("assuming {DEV} (--role-arn): ");
    let assume = || {
        let command = sources.token_exec().keys(&keys);
        let (error, _) = failure(&sources.sandbox, command.args(["--role-arn", DEV]));
        error.strip_prefix(&doing).unwrap_or(&error).to_owned()
    };
    let host = sources.sts.address();
    let table = [
        (Fault::Throttle, "Throttling".to_owned()),
        (
            Fault::Redirect("http://127.0.0.1:1/".to_owned()),
            "its answer (HTTP status 302)".to_owned(),
        ),
        (
            Fault::Garbage,
            "its answer (HTTP status 200) makes no sense".to_owned(),
        ),
        (
            Fault::EmptyBody,
            "its answer (HTTP status 200) makes no sense".to_owned(),
        ),
        (
            Fault::Oversize(2 << 20),
            format!("the answer of {host} is larger than 1048576 bytes"),
        ),
        (Fault::CloseBeforeAnswer, format!("talking to {host}: ")),
    ];
    for (fault, expected) in table {
        sources.sts.set_fault(fault.clone());
        let error = assume();
        assert!(error.starts_with(&expected), "{fault:?}: {error}");
    }
    sources.sts.set_door(Door::Refusing);
    let error = assume();
    assert!(
        error.starts_with(&format!("connecting to {host}: ")),
        "{error}"
    );
}
