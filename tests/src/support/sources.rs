//! token-exec and whatever it gets credentials from: whose they are is told by an STS that issued
//! them, never by token-exec.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::command::Command;
use super::http::Client;
use super::line::CLUSTER;
use super::programs::Program;
use super::sandbox::Sandbox;
use super::sts::{STS_HOST, STS_REGION, Sts};
use super::token::CLUSTER_HEADER;

/// A sandbox, and an STS over plain HTTP.
pub struct Sources {
    /// The STS.
    pub sts: Sts,
    /// Where it all lives.
    pub sandbox: Sandbox,
}

impl Sources {
    /// An STS that knows nobody yet.
    pub fn new(name: &str) -> Self {
        let sandbox = Sandbox::new(name);
        Self {
            sts: Sts::start_plain(sandbox.secrets()),
            sandbox,
        }
    }

    /// token-exec for a bare token, which asks the STS and keeps nothing.
    pub fn token_exec(&self) -> Command<'_> {
        self.token_exec_at_aws()
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
    }

    /// The same, asking AWS's own hosts.
    pub fn token_exec_at_aws(&self) -> Command<'_> {
        let command = self.sandbox.command(Program::TokenExec);
        command.args([
            "--cluster-id",
            CLUSTER,
            "--region",
            STS_REGION,
            "--output",
            "token",
            "--cache",
            "off",
        ])
    }

    /// The ARN of whoever's token the command prints.
    ///
    /// # Panics
    /// When it prints none, or one that the STS does not take.
    pub fn caller(&self, command: Command<'_>) -> String {
        let bearer = command.bearer();
        let encoded = bearer.strip_prefix("k8s-aws-v1.").unwrap_or_default();
        let url = BASE64_URL_SAFE_NO_PAD.decode(encoded);
        let url = String::from_utf8(url.expect("a token is base64")).expect("a token is a URL");
        let target = url.strip_prefix(&format!("https://{STS_HOST}"));
        let headers = [
            ("Host", STS_HOST),
            (CLUSTER_HEADER, CLUSTER),
            ("Accept", "application/json"),
        ];
        let answer = Client::plain(self.sts.address())
            .get(target.expect("a token is for STS"), &headers)
            .expect("the STS answers");
        let answer = answer.json();
        answer
            .pointer("/GetCallerIdentityResponse/GetCallerIdentityResult/Arn")
            .and_then(|arn| arn.as_str())
            .expect("the STS takes the token")
            .to_owned()
    }
}

/// What a command that fails says: one line, and a hint. The sandbox's path is cut out of it.
///
/// # Panics
/// When it succeeds, writes to stdout, or says more than that.
pub fn failure(sandbox: &Sandbox, command: Command<'_>) -> (String, String) {
    let output = command.run();
    assert_eq!((Some(1), ""), (output.code, output.stdout.as_str()));
    let said = output
        .stderr
        .replace(&sandbox.path().display().to_string(), "");
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("warning: AWS_ENDPOINT_URL"))
        .collect();
    let [error, hint] = lines.as_slice() else {
        super::fail(&format!("one line and a hint, not {lines:?}"));
    };
    let error = error.strip_prefix("token-exec: getting credentials: ");
    let hint = hint.strip_prefix("hint: ");
    (
        error.expect("the line says what was being done").to_owned(),
        hint.expect("the second line is the hint").to_owned(),
    )
}
