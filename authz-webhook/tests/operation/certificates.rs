//! Certificates: made, left alone, renewed under the same authority, reloaded, and asked for.

use std::fs;
use std::io;
use std::path::Path;

use crate::support::{Webhook, answer, configuration, exchange_http1, now, program, review};
use authz_webhook::certificate::{self, Names, Pair};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

fn init(directory: &Path, config: &Path) -> (Option<i32>, String) {
    let output = program(directory)
        .args(["init", "--port", "21362", "--config"])
        .arg(config)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for part in ["state", "kube"] {
        for entry in fs::read_dir(directory.join(part)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(directory).unwrap().display().to_string();
            files.push((name, fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// The certificate that a new connection meets.
async fn served(webhook: &Webhook) -> CertificateDer<'static> {
    let stream = webhook.connect(b"http/1.1").await;
    stream.get_ref().1.peer_certificates().unwrap()[0]
        .clone()
        .into_owned()
}

fn in_file(path: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(path).unwrap()
}

#[test]
fn init_writes_certificates_and_the_kubeconfig_and_then_nothing_more() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    let (code, stderr) = init(directory.path(), &config);
    assert_eq!(code, Some(0), "{stderr}");
    let first = contents(directory.path());
    let names: Vec<_> = first.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "kube/ca.pem",
        "kube/kubeconfig.yaml",
        "state/.lock",
        "state/ca-key.pem",
        "state/ca.pem",
        "state/cert.pem",
        "state/key.pem",
    ];
    assert_eq!(names, expected);
    assert_eq!(init(directory.path(), &config), (Some(0), String::new()));
    assert_eq!(contents(directory.path()), first);
}

/// The program where no file can take a byte more: what a full disk does, without a disk.
#[cfg(unix)]
fn on_a_full_disk(directory: &Path, config: &Path) -> (Option<i32>, String) {
    let program = program(directory);
    let mut shell = std::process::Command::new("/bin/sh");
    let output = shell
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(["init", "--port", "21362", "--config"])
        .arg(config)
        .env_clear()
        .env("HOME", directory)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr)
}

#[cfg(unix)]
#[test]
fn a_full_disk_keeps_what_serves_and_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    let state = directory.path().join("state");
    let (code, stderr) = on_a_full_disk(directory.path(), &config);
    assert_eq!(code, Some(1), "{stderr}");
    let expected = format!("cannot write {}", state.join("ca-key.pem").display());
    assert!(stderr.contains(&expected), "{stderr}");
    assert!(
        stderr.contains("hint: make room in server.stateDir\n"),
        "{stderr}"
    );

    init(directory.path(), &config);
    // A leaf that is to be renewed, and lasts for a while.
    let authority = fs::read_to_string(state.join("ca-key.pem")).unwrap();
    let names = Names::of("localhost", [127, 0, 0, 1].into()).unwrap();
    let long_ago = now() - 80 * std::time::Duration::from_secs(24 * 60 * 60);
    let leaf = certificate::leaf(&authority, &names, long_ago).unwrap();
    fs::write(state.join("cert.pem"), leaf.certificate).unwrap();
    fs::write(state.join("key.pem"), leaf.key).unwrap();
    let before = contents(directory.path());
    let (code, stderr) = on_a_full_disk(directory.path(), &config);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stderr.contains("is not renewed, and kept while it lasts"),
        "{stderr}"
    );
    assert!(
        stderr.contains("; make room in server.stateDir"),
        "{stderr}"
    );
    assert_eq!(
        contents(directory.path()),
        before,
        "nothing is lost or left behind"
    );

    assert_eq!(init(directory.path(), &config).0, Some(0));
    assert_ne!(
        contents(directory.path()),
        before,
        "renewed as soon as there is room"
    );
}

#[cfg(unix)]
#[test]
fn a_key_that_cannot_be_read_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    init(directory.path(), &config);
    let key = directory.path().join("state/ca-key.pem");
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    let (code, stderr) = init(directory.path(), &config);
    let expected = format!(
        "authz-webhook: cannot read {}: not a regular file\n",
        key.display()
    );
    assert_eq!((code, stderr), (Some(1), expected));
}

#[cfg(unix)]
#[test]
fn keys_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    init(directory.path(), &config);
    for key in ["state/key.pem", "state/ca-key.pem"] {
        let mode = fs::metadata(directory.path().join(key))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
}

#[test]
fn a_half_supplied_pair_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    fs::create_dir(directory.path().join("state")).unwrap();
    fs::write(directory.path().join("state/key.pem"), "KEY").unwrap();
    let state = directory.path().join("state");
    let expected = format!(
        "authz-webhook: {key} exists without {certificate}\n\
         hint: supply cert.pem and key.pem both, or remove the one to have them made\n",
        key = state.join("key.pem").display(),
        certificate = state.join("cert.pem").display(),
    );
    assert_eq!(init(directory.path(), &config), (Some(1), expected));
    assert_eq!(fs::read(state.join("key.pem")).unwrap(), b"KEY");
    assert_eq!(fs::read_dir(&state).unwrap().count(), 1);
}

#[tokio::test]
async fn a_key_that_can_no_longer_be_read_leaves_the_last_one_in_use() {
    let webhook = Webhook::start("").await;
    let old = served(&webhook).await;
    let key = webhook.state("key.pem");
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    webhook
        .wait_for_metric("authz_webhook_certificate_reloads_total{result=\"kept\"} 1")
        .await;
    assert_eq!(served(&webhook).await, old);
    let text = webhook.stopped().await;
    let expected = format!(
        "the certificate in use is kept: cannot read {}",
        key.display()
    );
    assert!(text.contains(&expected), "{text}");
}

#[tokio::test]
async fn the_days_that_certificates_have_left_are_told() {
    let webhook = Webhook::start("").await;
    let metrics = webhook.admin("/metrics").await.body;
    let days = |which: &str| {
        let series = format!("authz_webhook_certificate_days_left{{certificate=\"{which}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&series));
        line.map(|value| value.parse::<f64>().unwrap().round())
    };
    assert_eq!(days("serving"), Some(90.0));
    assert_eq!(days("authority"), Some(3650.0));
    assert_eq!(days("client_ca"), None);
    webhook.stopped().await;
}

#[tokio::test]
async fn serves_a_new_leaf_of_the_same_authority_without_a_restart() {
    let webhook = Webhook::start("").await;
    let (old, authority) = (served(&webhook).await, webhook.trusted());
    fs::remove_file(webhook.state("cert.pem")).unwrap();
    let config = webhook.directory.path().join("config.yaml");
    init(webhook.directory.path(), &config);
    let new = in_file(&webhook.state("cert.pem"));
    assert_ne!(new, old);
    assert_eq!(fs::read(webhook.state("ca.pem")).unwrap(), authority);
    // A connection is checked against the authority that was trusted from the beginning.
    while served(&webhook).await != new {
        tokio::task::yield_now().await;
    }
    webhook.stopped().await;
}

#[tokio::test]
async fn keeps_the_certificate_in_use_when_the_new_files_are_faulty() {
    let webhook = Webhook::start("").await;
    let old = served(&webhook).await;
    fs::write(webhook.state("key.pem"), "no key").unwrap();
    webhook
        .wait_for_metric("authz_webhook_certificate_reloads_total{result=\"kept\"} 1")
        .await;
    assert_eq!(served(&webhook).await, old);
    let stderr = webhook.stopped().await;
    assert!(
        stderr.contains("warning: the certificate in use is kept: "),
        "{stderr}"
    );
}

#[tokio::test]
async fn reads_everything_again_on_sighup() {
    let webhook = Webhook::start("").await;
    webhook.signal("HUP");
    webhook
        .wait_for_metric("authz_webhook_certificate_reloads_total{result=\"loaded\"} 1")
        .await;
    webhook.stopped().await;
}

#[tokio::test]
async fn serves_a_supplied_certificate_and_makes_none() {
    let directory = tempfile::tempdir().unwrap();
    let authority = certificate::authority(now()).unwrap();
    let supplied = leaf_of(&authority);
    let state = directory.path().join("state");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("cert.pem"), &supplied.certificate).unwrap();
    fs::write(state.join("key.pem"), &supplied.key).unwrap();
    fs::write(state.join("ca.pem"), &authority.certificate).unwrap();
    let webhook = Webhook::start_in(directory, "").await;
    assert_eq!(served(&webhook).await, in_file(&webhook.state("cert.pem")));
    assert_eq!(
        fs::read(webhook.state("cert.pem")).unwrap(),
        supplied.certificate.as_bytes()
    );
    assert_eq!(fs::read_dir(&state).unwrap().count(), 3);
    assert_eq!(webhook.trusted(), authority.certificate.as_bytes());
    webhook.stopped().await;
}

#[tokio::test]
async fn refuses_clients_without_a_certificate_of_the_client_ca() {
    let directory = tempfile::tempdir().unwrap();
    let authority = certificate::authority(now()).unwrap();
    let path = directory.path().join("client-ca.pem");
    fs::write(&path, &authority.certificate).unwrap();
    let webhook = Webhook::start_in(directory, &format!("clientCA: {}\n", path.display())).await;
    let known = client_of(&authority);
    let stranger = client_of(&certificate::authority(now()).unwrap());
    assert_eq!(ask_as(&webhook, Some(&known)).await.unwrap(), 200);
    assert!(ask_as(&webhook, Some(&stranger)).await.is_err());
    assert!(ask_as(&webhook, None).await.is_err());
    let refused = "authz_webhook_connections_ended_total{end=\"handshake_failed\"} 2";
    webhook.wait_for_metric(refused).await;
    webhook.stopped().await;
}

#[tokio::test]
async fn connections_end_with_the_authority_by_which_they_were_let_in() {
    let authority = certificate::authority(now()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("client-ca.pem");
    fs::write(&path, &authority.certificate).unwrap();
    let webhook = Webhook::start_in(directory, &format!("clientCA: {}\n", path.display())).await;
    let known = client_of(&authority);
    let over = async |protocol| webhook.connect_as(protocol, Some(&known)).await.unwrap();
    let (http1, http2) = (over(b"http/1.1").await, over(b"h2").await);
    let (mut http1, first) = http1::handshake(TokioIo::new(http1)).await.unwrap();
    let io = TokioIo::new(http2);
    let (mut http2, second) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    let (first, second) = (tokio::spawn(first), tokio::spawn(second));
    for _ in 0..2 {
        let asked = http1.send_request(review("v1", "nonsense")).await.unwrap();
        assert_eq!(answer(asked).await.unwrap().status, 200);
        let asked = http2.send_request(review("v1", "nonsense")).await.unwrap();
        assert_eq!(answer(asked).await.unwrap().status, 200);
    }
    let new = webhook.directory.path().join("new.pem");
    fs::write(&new, certificate::authority(now()).unwrap().certificate).unwrap();
    fs::rename(&new, &path).unwrap();
    let ended = async { (first.await.unwrap(), second.await.unwrap()) };
    let ended = tokio::time::timeout(LONG, ended).await;
    assert!(ended.is_ok(), "connections live on");
    assert!(ask_as(&webhook, Some(&known)).await.is_err());
    webhook.stopped().await;
}

/// Enough for anything on a busy machine.
const LONG: std::time::Duration = std::time::Duration::from_secs(60);

/// With TLS 1.3 a client hears of its refusal with the first answer only.
async fn ask_as(webhook: &Webhook, identity: Option<&Pair>) -> io::Result<u16> {
    let stream = webhook.connect_as(b"http/1.1", identity).await?;
    let answer = exchange_http1(stream, review("v1", "nonsense")).await;
    answer.map(|answer| answer.status).map_err(io::Error::other)
}

fn leaf_of(authority: &Pair) -> Pair {
    let names = Names::of("localhost", "127.0.0.1".parse().unwrap()).unwrap();
    certificate::leaf(&authority.key, &names, now()).unwrap()
}

fn client_of(authority: &Pair) -> Pair {
    use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair};
    let mut issuer = CertificateParams::default();
    issuer.distinguished_name = rcgen::DistinguishedName::new();
    issuer
        .distinguished_name
        .push(DnType::CommonName, "authz-webhook CA");
    let issuer = Issuer::new(issuer, KeyPair::from_pem(&authority.key).unwrap());
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["kube-apiserver".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.signed_by(&key, &issuer).unwrap().pem();
    Pair {
        certificate,
        key: key.serialize_pem(),
    }
}
