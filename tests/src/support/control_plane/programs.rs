//! The command lines of etcd and kube-apiserver.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{
    Audit, Binaries, ControlPlaneError, Options, ReviewVersion, Site, Ward, Webhook, io_error,
    write,
};

/// Where the programs write what they have to say.
#[derive(Debug)]
pub(super) struct Log {
    directory: PathBuf,
}

impl Log {
    pub(super) fn at(directory: &Path) -> Self {
        Self {
            directory: directory.to_path_buf(),
        }
    }

    /// All of a program's log.
    pub(super) fn text(&self, program: &str) -> String {
        let text = fs::read(self.path(program)).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The last lines of a program's log.
    pub(super) fn tail(&self, program: &str) -> String {
        let text = self.text(program);
        let lines: Vec<_> = text.lines().collect();
        lines
            .iter()
            .skip(lines.len().saturating_sub(30))
            .copied()
            .collect::<Vec<_>>()
            .join("\n")
    }

    pub(super) fn audit(&self) -> PathBuf {
        self.directory.join("audit.log")
    }

    fn path(&self, program: &str) -> PathBuf {
        self.directory.join(format!("{program}.log"))
    }

    /// Spawns `command` with an empty environment and both outputs in its log.
    fn spawn(
        &self,
        program: &'static str,
        command: &mut Command,
        site: &Site,
    ) -> Result<Ward, ControlPlaneError> {
        let mut attempt = || -> io::Result<Ward> {
            // One that is started again writes on.
            let log = File::options()
                .create(true)
                .append(true)
                .open(self.path(program))?;
            command
                .current_dir(site.directory())
                .env_clear()
                .stdin(Stdio::null())
                .stdout(log.try_clone()?)
                .stderr(log);
            site.reaper().spawn(command)
        };
        attempt().map_err(io_error(|| format!("start {program}")))
    }
}

/// etcd listens on Unix sockets alone: no port to find, nobody else can reach it.
pub(super) fn etcd(binaries: &Binaries, site: &Site, log: &Log) -> Result<Ward, ControlPlaneError> {
    let directory = site.directory();
    let mut command = Command::new(binaries.etcd());
    command
        .arg("--data-dir")
        .arg(directory.join("etcd"))
        .arg(format!(
            "--listen-client-urls=unix://{}",
            site.etcd_socket().display()
        ))
        .arg(format!(
            "--listen-peer-urls=unix://{}",
            directory.join("p").display()
        ))
        // Required, and used by nobody.
        .arg("--advertise-client-urls=http://127.0.0.1:0")
        .args(["--unsafe-no-fsync", "--log-level=warn"]);
    log.spawn("etcd", &mut command, site)
}

pub(super) fn kube_apiserver(
    binaries: &Binaries,
    site: &Site,
    options: &Options,
    log: &Log,
) -> Result<Ward, ControlPlaneError> {
    let mut command = Command::new(binaries.kube_apiserver());
    command
        .arg(format!(
            "--etcd-servers=unix://{}",
            site.etcd_socket().display()
        ))
        .arg("--bind-address=127.0.0.1")
        // Without it the start fails on a machine that has no default route.
        .arg("--advertise-address=127.0.0.1")
        .arg("--endpoint-reconciler-type=none")
        .arg(format!("--secure-port={}", site.address().port()))
        .arg("--permit-port-sharing=true");
    match &options.authorization {
        Some(file) => command.arg("--authorization-config").arg(file),
        // The default allows everything to everybody.
        None => command.arg("--authorization-mode=RBAC"),
    };
    certificates(&mut command, site)?;
    if let Some(webhook) = &options.webhook {
        authentication_webhook(&mut command, webhook);
    }
    match options.audit {
        Audit::Off => {}
        Audit::Metadata => audit(&mut command, site, log)?,
    }
    log.spawn("kube-apiserver", &mut command, site)
}

fn certificates(command: &mut Command, site: &Site) -> Result<(), ControlPlaneError> {
    let directory = site.directory();
    let server = site.authority().server(&[&site.address().ip().to_string()]);
    let service_accounts = site.authority().client("service accounts", None);
    let files = [
        ("--tls-cert-file", "server.crt", &server.certificate_pem),
        ("--tls-private-key-file", "server.key", &server.key_pem),
        // Must not be a PKCS#8 key, which is what there is; a certificate serves as well.
        (
            "--service-account-key-file",
            "service-accounts.crt",
            &service_accounts.certificate_pem,
        ),
        (
            "--service-account-signing-key-file",
            "service-accounts.key",
            &service_accounts.key_pem,
        ),
    ];
    for (flag, name, text) in files {
        let path = directory.join(name);
        write(&path, text)?;
        command.arg(flag).arg(path);
    }
    command.arg("--client-ca-file").arg(site.ca_file());
    command.arg("--service-account-issuer=https://kubernetes.default.svc");
    Ok(())
}

fn authentication_webhook(command: &mut Command, webhook: &Webhook) {
    let version = match webhook.version {
        ReviewVersion::V1 => "v1",
        ReviewVersion::V1Beta1 => "v1beta1",
    };
    command
        .arg("--authentication-token-webhook-config-file")
        .arg(&webhook.kubeconfig)
        .arg(format!("--authentication-token-webhook-version={version}"))
        .arg(format!(
            "--authentication-token-webhook-cache-ttl={}ms",
            webhook.cache_ttl.as_millis()
        ));
}

fn audit(command: &mut Command, site: &Site, log: &Log) -> Result<(), ControlPlaneError> {
    let policy = site.directory().join("audit-policy.json");
    write(
        &policy,
        r#"{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}"#,
    )?;
    command
        .arg("--audit-policy-file")
        .arg(policy)
        .arg("--audit-log-path")
        .arg(log.audit());
    Ok(())
}
