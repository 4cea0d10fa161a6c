//! The API server, asked who we are.

use std::path::Path;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use iam_aws::api_server::{self, Access, Answer, Question, Unreached};
use iam_aws::fetch::block_on;
use iam_core::error_chain::ErrorChain;

use super::Step;
use crate::eks::Aws;
use crate::endpoint::{Endpoint, ProxyUrl};
use crate::merged::{ClusterEntry, Placed};

/// Asks who the token's bearer is. Nothing is asked of a server that nobody checks.
pub(super) fn ask(
    cluster: &Placed<ClusterEntry>,
    bearer: &str,
    aws: &Aws<'_>,
) -> (Option<Answer>, Vec<Step>) {
    let found = way(cluster).and_then(|access| {
        let url = format!("{}{PATH}", cluster.entry.server.trim_end_matches('/'));
        let question = Question {
            url: &url,
            bearer,
            body: BODY,
        };
        let asked = api_server::post(question, &access, aws.environment);
        match block_on(asked) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(unreached(&error, cluster)),
            Err(error) => Err(Step::problem(SERVER, ErrorChain(&error).to_string())),
        }
    });
    match found {
        Ok(answer) => {
            let proxy = cluster
                .entry
                .proxy_url
                .as_ref()
                .map(|_| ", through the entry's proxy");
            let message = format!(
                "{} answers, and its certificate holds{}",
                cluster.entry.server,
                proxy.unwrap_or_default()
            );
            let mut steps = vec![Step::ok(SERVER, message)];
            steps.extend(answer.date.and_then(|date| skew(date, (aws.clock)())));
            (Some(answer), steps)
        }
        Err(step) => (None, vec![step]),
    }
}

/// How the entry says that its server is reached.
fn way(cluster: &Placed<ClusterEntry>) -> Result<Access, Step> {
    let entry = &cluster.entry;
    if let Err(error) = entry.server.parse::<Endpoint>() {
        let message = format!("the server of {} cannot be asked: {error}", cluster.name);
        return Err(Step::problem(SERVER, message));
    }
    if entry.is_insecure {
        let message = "insecure-skip-tls-verify is set: the token is not shown to a server that \
                       nobody checks";
        return Err(Step::warning(SERVER, message)
            .hint("give the entry certificate-authority-data in its place"));
    }
    if let Some(Err(error)) = entry.proxy_url.as_deref().map(str::parse::<ProxyUrl>) {
        return Err(Step::problem(SERVER, format!("proxy-url: {error}")));
    }
    Ok(Access {
        authorities: authorities(cluster)?,
        server_name: entry.tls_server_name.clone(),
        proxy: entry.proxy_url.clone(),
    })
}

fn authorities(cluster: &Placed<ClusterEntry>) -> Result<Option<(Vec<u8>, String)>, Step> {
    let entry = &cluster.entry;
    let file = cluster.file.display();
    if let Some(data) = &entry.authority_data {
        let pem = STANDARD.decode(data).map_err(|_| {
            let message = format!(
                "certificate-authority-data of {} in {file} is not base64",
                cluster.name
            );
            Step::problem(SERVER, message)
        })?;
        return Ok(Some((pem, format!("{} in {file}", cluster.name))));
    }
    let Some(path) = &entry.authority_file else {
        return Ok(None);
    };
    let path = cluster.file.parent().unwrap_or(Path::new("")).join(path);
    let pem = std::fs::read(&path).map_err(|error| {
        Step::problem(
            SERVER,
            format!("{} cannot be read: {error}", path.display()),
        )
    })?;
    Ok(Some((pem, path.display().to_string())))
}

fn unreached(error: &Unreached, cluster: &Placed<ClusterEntry>) -> Step {
    let step = Step::problem(SERVER, ErrorChain(error).to_string());
    if error.is_about_certificates() {
        return step.hint(
            "the cluster was made anew, or something stands between: kubeconfig-gen update --name \
             NAME fetches its certificates again",
        );
    }
    step.hint(if cluster.entry.proxy_url.is_some() {
        "check the proxy-url of the entry and the network"
    } else {
        "a private endpoint is reached from its own network alone: check the VPN, or give the entry \
         a proxy with kubeconfig-gen update --proxy-url URL; kubeconfig-gen prune drops the entries \
         of a cluster that was deleted"
    })
}

/// How far the clocks are apart, where that matters to signatures.
fn skew(server: SystemTime, here: SystemTime) -> Option<Step> {
    let (apart, word) = match here.duration_since(server) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(error) => (error.duration(), "behind"),
    };
    if apart < TOLERATED {
        return None;
    }
    let message = format!(
        "this machine's clock is {} s {word} the server's",
        apart.as_secs()
    );
    let step = if apart < FATAL {
        Step::warning(CLOCK, message)
    } else {
        Step::problem(CLOCK, message)
    };
    Some(step.hint("set the clock by the network (timedatectl set-ntp true)"))
}

const SERVER: &str = "server";
const CLOCK: &str = "clock";
const PATH: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const BODY: &str = r#"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#;

/// Whole seconds and a slow answer make a few.
const TOLERATED: Duration = Duration::from_secs(30);

/// Servers take a token from up to five minutes ahead.
const FATAL: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn clocks_that_are_apart_are_told_from_those_that_signatures_do_not_survive() {
        let server = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let hint = "set the clock by the network (timedatectl set-ntp true)";
        let warning = |message| Some(Step::warning(CLOCK, message).hint(hint));
        let problem = |message| Some(Step::problem(CLOCK, message).hint(hint));
        for (apart, expected) in [
            (0, None),
            (29, None),
            (-29, None),
            (
                30,
                warning("this machine's clock is 30 s ahead of the server's"),
            ),
            (
                -299,
                warning("this machine's clock is 299 s behind the server's"),
            ),
            (
                300,
                problem("this machine's clock is 300 s ahead of the server's"),
            ),
            (
                -3600,
                problem("this machine's clock is 3600 s behind the server's"),
            ),
        ] {
            let by = Duration::from_secs(i64::unsigned_abs(apart));
            let here = if apart < 0 { server - by } else { server + by };
            assert_eq!(skew(server, here), expected, "{apart}");
        }
    }
}
