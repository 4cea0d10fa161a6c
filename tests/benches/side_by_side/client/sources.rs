//! token-exec with credentials from everywhere, each from a service of its own on loopback.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use e2e::support::container::Container;
use e2e::support::imds::Imds;
use e2e::support::keys::Keys;
use e2e::support::pki::Ca;
use e2e::support::sso::{CacheState, Sso, SsoSession};
use e2e::support::standin::Front;
use e2e::support::sts::{ACCOUNT, Role, STS_REGION, Sts};

use super::row::Row;

/// The path that everybody compares.
pub(super) fn environment(program: &Path) -> Row {
    own("token-exec, environment keys", program).with_keys()
}

pub(super) fn profile(program: &Path) -> Row {
    let row = own("token-exec, profile keys", program);
    let keys = Keys::long_lived();
    row.sandbox.credentials_file(&[("default", &keys)]);
    row
}

/// The wanted profile is the last of both files.
pub(super) fn many_profiles(program: &Path) -> Row {
    let row = own("token-exec, 200 profiles", program).env("AWS_PROFILE", "team-199");
    let names: Vec<String> = (0..200).map(|at| format!("team-{at}")).collect();
    let all_keys: Vec<Keys> = names.iter().map(|_| Keys::long_lived()).collect();
    let profiles: Vec<(&str, &Keys)> = names.iter().map(String::as_str).zip(&all_keys).collect();
    row.sandbox.credentials_file(&profiles);
    let mut config = String::new();
    for name in names {
        let _ = writeln!(
            config,
            "[profile {name}]\nregion = {STS_REGION}\noutput = json\n"
        );
    }
    row.sandbox.write("home/.aws/config", config);
    row
}

/// Every source that is asked over plain HTTP; nothing is kept.
pub(super) fn over_http(program: &Path) -> Vec<Row> {
    vec![
        ecs(asking("token-exec, ECS", program)),
        pod_identity(asking("token-exec, Pod Identity", program)),
        instance(asking("token-exec, instance metadata", program)),
        with_plain_sts(asking("token-exec, web identity", program), web_identity),
        with_plain_sts(asking("token-exec, assumed role", program), assumed_role),
        single_sign_on(asking("token-exec, Identity Center", program)),
    ]
}

/// Web identity over TLS, the certificate of STS among all that the system trusts.
pub(super) fn over_https(program: &Path) -> Row {
    let row = asking("token-exec, web identity by https", program);
    let ca = Ca::new("bench");
    let sts = Sts::start_for(&ca, &["127.0.0.1"], row.sandbox.secrets());
    let system = fs::read_to_string(SYSTEM_BUNDLE)
        .unwrap_or_else(|error| panic!("{SYSTEM_BUNDLE}, of ca-certificates: {error}"));
    let bundle = row.sandbox.write("bundle.pem", system + &ca.pem());
    let row = web_identity(row.env("AWS_CA_BUNDLE", bundle), &sts);
    row.env("AWS_ENDPOINT_URL_STS", format!("https://{}", sts.address()))
        .asking(sts)
}

/// An assumed role, kept by the first run. Each run has another parent, as those of kubectl have.
pub(super) fn kept(program: &Path) -> Row {
    let info = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}"#;
    let row = own("token-exec, assumed role, kept", program).env("KUBERNETES_EXEC_INFO", info);
    with_plain_sts(row, assumed_role)
}

fn own(name: &'static str, program: &Path) -> Row {
    Row::new(name, program).args(["--cluster-name", "c"])
}

fn asking(name: &'static str, program: &Path) -> Row {
    own(name, program).args(["--cache", "off"])
}

fn ecs(row: Row) -> Row {
    let agent = Container::ecs(Front::Plain, &Keys::of_session(), row.sandbox.secrets());
    row.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.full_uri())
        .asking(agent)
}

fn pod_identity(row: Row) -> Row {
    let secrets = row.sandbox.secrets();
    let agent = Container::pod_identity(Front::Plain, &Keys::of_session(), secrets);
    let token = row
        .sandbox
        .write_private("pod-identity-token", agent.rotate_token());
    row.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.full_uri())
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token)
        .asking(agent)
}

fn instance(row: Row) -> Row {
    let service = Imds::start(STS_REGION, row.sandbox.secrets());
    service.set_role("node", &Keys::of_session());
    row.env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.url())
        .asking(service)
}

fn single_sign_on(row: Row) -> Row {
    let sso = Sso::start(Front::Plain, row.sandbox.secrets());
    sso.assign(ACCOUNT, "Developer", &Keys::of_session());
    let session = SsoSession::Named("corp");
    sso.log_in(&row.sandbox, session, CacheState::Fresh);
    let profile = Sso::profile("dev", session, ACCOUNT, "Developer");
    row.sandbox.write("home/.aws/config", profile);
    row.env("AWS_PROFILE", "dev")
        .env("AWS_ENDPOINT_URL_SSO", sso.url())
        .asking(sso)
}

fn with_plain_sts(row: Row, source: fn(Row, &Sts) -> Row) -> Row {
    let sts = Sts::start_plain(row.sandbox.secrets());
    source(row, &sts)
        .env("AWS_ENDPOINT_URL_STS", sts.url())
        .asking(sts)
}

fn web_identity(row: Row, sts: &Sts) -> Row {
    let subject = "system:serviceaccount:default:app";
    let role = sts.add_role(Role::new(ACCOUNT, "app").trusts_subject(subject));
    let token = sts.web_identity_token(subject, 86_400);
    let token = row.sandbox.write_private("web-identity-token", token);
    row.env("AWS_ROLE_ARN", role)
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token)
}

fn assumed_role(row: Row, sts: &Sts) -> Row {
    let alice = sts.add_user("alice");
    let role = Role::new(ACCOUNT, "dev").trusts(&format!("arn:aws:iam::{ACCOUNT}:user/alice"));
    let role = sts.add_role(role);
    let profiles = format!("[profile dev]\nrole_arn = {role}\nsource_profile = alice\n");
    row.sandbox.write("home/.aws/config", profiles);
    row.sandbox.credentials_file(&[("alice", &alice)]);
    row.env("AWS_PROFILE", "dev")
}

const SYSTEM_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
