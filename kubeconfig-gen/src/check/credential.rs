//! The token that the plugin gives, and whose STS says it is.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use iam_aws::fetch::{self, Caller, VerifyError};
use iam_aws::settings::{NOBODY, Named, Settings};
use iam_core::cluster::{ClusterArn, ClusterId};
use iam_core::error_chain::ErrorChain;
use iam_core::inspect::inspect;
use iam_core::presigned::PresignedRequest;
use iam_core::sts_host::StsHosts;
use iam_core::time::Rfc3339;
use iam_core::token::Token;
use serde::Deserialize;

use super::{Passed, Step, cluster_of};
use crate::eks::Aws;
use crate::merged::{ClusterEntry, Exec, Placed};

/// Runs the plugin as kubectl does.
pub(super) fn obtain(exec: &Exec, program: &Path, aws: &Aws<'_>) -> Passed<String> {
    let output = run(exec, program).map_err(|message| Step::problem(NAME, message))?;
    if output.code != Some(0) {
        return Err(failed(&output));
    }
    let read: ExecCredential = serde_json::from_str(&output.stdout).map_err(|_| {
        // What it printed may be a token.
        Step::problem(
            NAME,
            "the plugin printed something that is no ExecCredential in JSON",
        )
        .hint("run it by hand; whatever else prints to its stdout must go")
    })?;
    if read.api_version != exec.api_version {
        let message = format!(
            "the plugin answers in {}, and the stanza asks for {}",
            read.api_version, exec.api_version
        );
        return Err(Step::problem(NAME, message)
            .hint("write the entry anew: kubeconfig-gen update --name NAME"));
    }
    let Some(token) = read.status.and_then(|status| status.token) else {
        return Err(Step::problem(NAME, "the plugin gave no token"));
    };
    let inspection = inspect(&token, (aws.clock)());
    if !inspection.faults.is_empty() {
        let faults: Vec<String> = inspection.faults.iter().map(ToString::to_string).collect();
        let message = format!("the token is refused unasked: {}", faults.join("; "));
        let hint = match aws.environment.endpoints.announced_sts_url() {
            Some(variable) => format!(
                "aws and aws-iam-authenticator sign for the URL of {variable}, which no cluster \
                 takes: unset it, or let the entry call token-exec"
            ),
            None => "check the clock of this machine, and which plugin the entry calls".to_owned(),
        };
        return Err(Step::problem(NAME, message).hint(hint));
    }
    let host = inspection.host.unwrap_or_default();
    let key = inspection.access_key_id.unwrap_or_default();
    let end = inspection
        .expires_at
        .map(|end| Rfc3339::nearest(end).to_string());
    let message = format!(
        "signed with {key} for {host}, good until {}",
        end.unwrap_or_default()
    );
    Ok((token, Step::ok(NAME, message)))
}

/// Asks STS whose the token is, as the cluster does.
pub(super) fn caller(
    exec: &Exec,
    bearer: &str,
    cluster: &Placed<ClusterEntry>,
    aws: &Aws<'_>,
) -> (Option<Caller>, Vec<Step>) {
    let (own, given) = (own_name(cluster), cluster_of(exec));
    let id = |text: &str| text.parse::<ClusterId>().ok();
    let Some(expected) = own.clone().or_else(|| given.and_then(id)) else {
        let message = "neither the cluster's entry nor the stanza says what the cluster is called";
        return (None, vec![Step::warning(CALLER, message)]);
    };
    let request = match Token::parse(bearer, &StsHosts::of_every_partition()) {
        Ok(request) => request,
        Err(fault) => return (None, vec![Step::problem(CALLER, fault.to_string())]),
    };
    match verify(&request, &expected, aws) {
        Ok(caller) => {
            let step = match lost_profile(exec, aws) {
                Some(why) => {
                    Step::warning(CALLER, format!("{}, says STS; {why}", caller.principal))
                        .hint("kubeconfig-gen update with --profile writes it where it wins")
                }
                None => Step::ok(CALLER, format!("{}, says STS", caller.principal)),
            };
            (Some(caller), vec![step])
        }
        Err(Trouble::Settings(message)) => (None, vec![Step::warning(CALLER, message)]),
        Err(Trouble::Sts(error)) => {
            let other = given.and_then(id).filter(|given| *given != expected);
            let found = other.and_then(|other| Some((verify(&request, &other, aws).ok()?, other)));
            match found {
                Some((caller, other)) => {
                    let step = other_cluster(exec, &other, &expected);
                    (Some(caller), vec![step])
                }
                None => (None, vec![denied(&error)]),
            }
        }
    }
}

/// The stanza's profile, where exported keys win over it.
fn lost_profile(exec: &Exec, aws: &Aws<'_>) -> Option<String> {
    let profile = exec.variable("AWS_PROFILE")?;
    let keys = aws.environment.keys()?;
    let is_argument = exec.argument(&["--profile"]).is_some();
    let own_keys = exec.variable(keys).is_some();
    (!is_argument && !own_keys)
        .then(|| format!("the exported {keys} wins over AWS_PROFILE={profile} of the stanza"))
}

enum Trouble {
    Settings(String),
    Sts(Box<VerifyError>),
}

fn verify(
    request: &PresignedRequest,
    cluster: &ClusterId,
    aws: &Aws<'_>,
) -> Result<Caller, Trouble> {
    let settings = Settings::load(Named::default(), aws.environment)
        .map_err(|error| Trouble::Settings(ErrorChain(&error).to_string()))?;
    let context = settings.context(NOBODY, aws.clock);
    fetch::verify(request, cluster, &context).map_err(|error| Trouble::Sts(Box::new(error)))
}

/// Outposts' local clusters are known by an id, which no ARN tells.
fn other_cluster(exec: &Exec, other: &ClusterId, expected: &ClusterId) -> Step {
    if exec.argument(&["--cluster-id"]).is_some() {
        let message = format!("the token is for the cluster id {other}");
        return Step::ok(CALLER, message);
    }
    let message = format!("the token is for cluster {other}, and the entry is of {expected}");
    Step::problem(CALLER, message).hint(format!(
        "kubeconfig-gen update --name {expected} writes the right name into the stanza"
    ))
}

fn denied(error: &VerifyError) -> Step {
    let message = ErrorChain(error).to_string();
    let step = match error {
        VerifyError::Denied(_) => Step::problem(CALLER, message),
        // The cluster may well reach it.
        VerifyError::Endpoint(_) | VerifyError::Unanswered(_) => Step::warning(CALLER, message),
    };
    step.maybe_hint(error.hint())
}

/// What the entry's name says, where it is an ARN.
fn own_name(cluster: &Placed<ClusterEntry>) -> Option<ClusterId> {
    let arn: ClusterArn = cluster.name.parse().ok()?;
    Some(arn.name().clone())
}

fn failed(output: &Output) -> Step {
    let lines: Vec<&str> = output
        .stderr
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let hint = lines.iter().find_map(|line| line.strip_prefix("hint: "));
    let said = lines.iter().rev().find(|line| !line.starts_with("hint: "));
    let code = output
        .code
        .map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
    let message = match said {
        Some(said) => format!("the plugin ended with {code}: {said}"),
        None => format!("the plugin ended with {code}, and said nothing"),
    };
    Step::problem(NAME, message).maybe_hint(hint.map(str::to_owned))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecCredential {
    #[serde(default)]
    api_version: String,
    status: Option<Status>,
}

#[derive(Deserialize)]
struct Status {
    token: Option<String>,
}

struct Output {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(exec: &Exec, program: &Path) -> Result<Output, String> {
    let info = format!(
        r#"{{"kind":"ExecCredential","apiVersion":{:?},"spec":{{"interactive":false}}}}"#,
        exec.api_version
    );
    let mut child = Command::new(program)
        .args(&exec.arguments)
        .envs(exec.environment.iter().map(|(name, value)| (name, value)))
        .env("KUBERNETES_EXEC_INFO", info)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    let pipes = (child.stdout.take(), child.stderr.take());
    let (done, reading) = mpsc::channel();
    std::thread::spawn(move || {
        let stderr = std::thread::spawn(move || pipes.1.map(read).unwrap_or_default());
        let stdout = pipes.0.map(read).unwrap_or_default();
        // Whoever waited may be gone.
        let _ = done.send((stdout, stderr.join().unwrap_or_default()));
    });
    let Ok((stdout, stderr)) = reading.recv_timeout(PATIENCE) else {
        // It may have ended by itself meanwhile.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!(
            "the plugin gave nothing within {} s",
            PATIENCE.as_secs()
        ));
    };
    let status = child
        .wait()
        .map_err(|error| format!("the plugin cannot be waited for: {error}"))?;
    Ok(Output {
        code: status.code(),
        stdout,
        stderr,
    })
}

fn read(pipe: impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    // What was read until it broke is what there is.
    let _ = pipe.take(MAX_OUTPUT).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

const NAME: &str = "token";
const CALLER: &str = "caller";

/// Longer than the minute that token-exec gives to a source of credentials.
const PATIENCE: Duration = Duration::from_secs(90);

/// A token takes 16 KiB at most.
const MAX_OUTPUT: u64 = 1 << 20;
