//! authz-webhook in the place of aws-iam-authenticator: its own example configuration as it is
//! published, the certificate and the kubeconfig that it made, the arguments that it is started
//! with, and a real kube-apiserver that asks first the one and then the other who a token belongs
//! to.

#![cfg(test)]

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use e2e::support::{
    authenticator::{self, Authenticator},
    cluster::REGION,
    control_plane::{
        Audit, Binaries, ControlPlane, Forwarder, Mode, Options, Reaper, ReviewVersion, Site,
        Webhook as ReviewedBy, binaries, kubeconfig,
    },
    kubectl::Kubectl,
    pki::Ca,
    programs::Program,
    sandbox::Sandbox,
    sts::{Caller, STS_HOST, Sts},
    token::TokenRecipe,
    webhook::Webhook,
};
use serde_json::{Value, json};

#[test]
fn its_own_files_flags_and_wiring_serve_us_and_the_api_server_knows_everybody_as_before() {
    let Some(place) = Place::new() else { return };
    let api_server = place.api_server();
    let tokens = place.tokens();

    let peer = place.start_the_peer();
    place.lead_to(peer.address());
    let before = place.whoami(&api_server, &tokens);
    assert_eq!(names(&before), EXPECTED.map(|(_, peer, _)| peer));
    drop(peer);

    let ours = place.start_ours("server");
    place.lead_to(ours.address());
    // It forgets what it was told, and reads the kubeconfig again that the peer wrote.
    api_server.restart_kube_apiserver().expect("it comes back");
    assert_is_as_before(&before, &place.whoami(&api_server, &tokens));
    drop(ours);

    // With a kubeconfig of our own, under the certificate that the peer made.
    place.let_us_write_the_kubeconfig();
    let ours = place.start_ours("serve");
    place.lead_to(ours.address());
    api_server.restart_kube_apiserver().expect("it comes back");
    assert_is_as_before(&before, &place.whoami(&api_server, &tokens));
}

/// Who calls, the user that the peer makes of him by its example, and the user that we make of
/// him.
type Person = (fn() -> Caller, &'static str, &'static str);

/// Of two entries for one role the last acts.
const EXPECTED: [Person; 6] = [
    (|| Caller::user(NOBODYS, "Alice"), "alice", "alice"),
    (
        || session("KubernetesAdmin"),
        "admin:bob-example.com",
        "admin:bob-example.com",
    ),
    // Administrators who choose their own names: the one entry of the example that we leave out.
    (
        || session("KubernetesOtherAdmin"),
        "bob-example.com",
        UNAUTHORIZED,
    ),
    (
        || session("KubernetesUsers"),
        "bob@example.com",
        "bob@example.com",
    ),
    (
        || Caller::assumed_role(NOBODYS, "KubernetesNode", "i-0123456789abcdef0"),
        "aws:000000000000:instance:i-0123456789abcdef0",
        "aws:000000000000:instance:i-0123456789abcdef0",
    ),
    (
        || Caller::user(NOBODYS, "Mallory"),
        UNAUTHORIZED,
        UNAUTHORIZED,
    ),
];

/// Whoever is let in is so with the same uid, groups and extra keys, too.
fn assert_is_as_before(before: &[Value], now: &[Value]) {
    assert_eq!(names(now), EXPECTED.map(|(_, _, ours)| ours));
    for ((_, peer, ours), (before, now)) in EXPECTED.iter().zip(before.iter().zip(now)) {
        if peer == ours {
            assert_eq!(before, now);
        }
    }
}

fn session(role: &str) -> Caller {
    Caller::assumed_role(NOBODYS, role, "bob@example.com")
}

/// Everything that both programs are given.
struct Place {
    forwarder: Forwarder,
    sts: Sts,
    ca: Ca,
    sandbox: Sandbox,
    reaper: Reaper,
    peer: PathBuf,
    binaries: &'static Binaries,
}

impl Place {
    /// `None` where something is missing, which is said on stderr.
    fn new() -> Option<Self> {
        let story = "authz-webhook in the place of aws-iam-authenticator";
        let binaries = binaries::for_tests()?;
        let peer = authenticator::for_story(story)?;
        let sources = authenticator::sources(story)?;
        let sandbox = Sandbox::new("place");
        let ca = Ca::new("local STS");
        let sts = Sts::start(&ca, sandbox.secrets());
        let place = Self {
            forwarder: Forwarder::start().expect("the forwarder gets a port"),
            sts,
            ca,
            sandbox,
            reaper: Reaper::start().expect("there is a shell"),
            peer,
            binaries,
        };
        place.write_config(&sources.join("deploy/example.yaml"));
        place.let_the_peer_make_its_files();
        Some(place)
    }

    /// The configuration out of the manifest, and behind it what only this place can know:
    /// directories, the port, and the way to the local STS, which the peer overlooks.
    fn write_config(&self, manifest: &Path) {
        let manifest = fs::read_to_string(manifest).expect("the peer's example is there");
        let (_, text) = manifest
            .split_once("  config.yaml: |\n")
            .expect("the example holds a config.yaml");
        let lines = text.lines().map_while(|line| match line {
            "" => None,
            line => line.strip_prefix("    "),
        });
        let example: String = lines.map(|line| format!("{line}\n")).collect();
        assert!(example.contains("\nserver:\n"), "{example}");
        let (port, path) = (self.forwarder.address().port(), self.sandbox.path());
        let resolve = json!({ STS_HOST: self.sts.address().to_string() });
        let bundle = self.sandbox.write("sts-ca.pem", self.ca.pem());
        let here = format!(
            "  stateDir: {0}/state\n  generateKubeconfig: {0}/wiring/kubeconfig.yaml\n  \
             port: {port}\n  stsCABundle: {1}\n  stsResolve: {resolve}\n",
            path.display(),
            bundle.display(),
        );
        self.sandbox.write("config.yaml", example + &here);
        for directory in ["state", "wiring"] {
            fs::create_dir(path.join(directory)).expect("the sandbox is writable");
        }
    }

    /// As its deployments for kops do it, before the API server starts.
    fn let_the_peer_make_its_files(&self) {
        let init = self.sandbox.command(&self.peer).arg("init");
        init.arg("--feature-gates=ConfiguredInitDirectories=true")
            .arg(self.config_flag())
            .succeed();
    }

    fn let_us_write_the_kubeconfig(&self) {
        let before = self.sandbox.read("wiring/kubeconfig.yaml");
        let init = self.sandbox.command(Program::AuthzWebhook).arg("init");
        init.arg(self.config_flag()).succeed();
        assert_ne!(before, self.sandbox.read("wiring/kubeconfig.yaml"));
    }

    fn config_flag(&self) -> String {
        format!(
            "--config={}",
            self.sandbox.path().join("config.yaml").display()
        )
    }

    /// Of both servers, word by word; the kubeconfig names the forwarder's port.
    fn flags(&self) -> [String; 3] {
        let port = "--port=0".to_owned();
        [
            self.config_flag(),
            "--kubeconfig-pregenerated=true".to_owned(),
            port,
        ]
    }

    fn start_the_peer(&self) -> Authenticator {
        let (name, sts) = ("aws-iam-authenticator", (self.sts.resolve(), &self.ca));
        Authenticator::start(&self.sandbox, name, &self.peer, sts, |server| {
            server.arg("server").args(self.flags())
        })
    }

    fn start_ours(&self, command: &str) -> Webhook {
        Webhook::serve(&self.sandbox, command, "state", |webhook| {
            webhook
                .arg(command)
                .args(self.flags())
                .args(["--admin-port=0", "--print-address"])
        })
    }

    fn lead_to(&self, address: SocketAddr) {
        let led = self.forwarder.set(Mode::Forward(address));
        led.expect("the held port can be listened on");
    }

    fn api_server(&self) -> ControlPlane {
        let site = Site::new(&self.reaper).expect("the control plane gets a place");
        let webhook = ReviewedBy {
            kubeconfig: self.sandbox.path().join("wiring/kubeconfig.yaml"),
            version: ReviewVersion::V1Beta1,
            cache_ttl: Duration::from_secs(120),
        };
        let options = Options {
            webhook: Some(webhook),
            authorization: None,
            audit: Audit::Off,
        };
        let started = ControlPlane::start(self.binaries, site, &options);
        started.expect("the control plane starts")
    }

    /// A token of everybody who is expected.
    fn tokens(&self) -> Vec<String> {
        let token = |caller: Caller| {
            let (keys, now) = (self.sts.add(&caller), self.sts.now());
            let cluster = "my-dev-cluster.example.com";
            let token = TokenRecipe::new(&keys, STS_HOST, REGION, cluster, now).bearer();
            self.sandbox.secrets().add_bearer(&token);
            token
        };
        EXPECTED.map(|(caller, _, _)| token(caller())).to_vec()
    }

    /// Whom the API server takes them for.
    fn whoami(&self, api_server: &ControlPlane, tokens: &[String]) -> Vec<Value> {
        let site = api_server.site();
        let ca = fs::read_to_string(site.ca_file()).expect("the CA's file can be read");
        let asked = tokens.iter().map(|token| {
            let text = kubeconfig::with_token(site.address(), &ca, token);
            self.sandbox.replace("token.kubeconfig", text);
            self.sandbox.may_hold_secrets("token.kubeconfig");
            let file = self.sandbox.path().join("token.kubeconfig");
            let kubectl = Kubectl::new(&self.sandbox, self.binaries, &file);
            let output = kubectl.command(&["auth", "whoami", "--output=json"]).run();
            match output.code {
                Some(0) => output.json()["status"]["userInfo"].clone(),
                _ => json!({ "username": UNAUTHORIZED, "stderr": output.stderr }),
            }
        });
        asked.collect()
    }
}

fn names(users: &[Value]) -> Vec<&str> {
    let names = users.iter().map(|user| user["username"].as_str());
    names.map(Option::unwrap_or_default).collect()
}

/// What stands in a name's place for somebody who is not let in.
const UNAUTHORIZED: &str = "(unauthorized)";

/// The account of the example.
const NOBODYS: &str = "000000000000";
