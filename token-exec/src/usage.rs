//! Command lines that cannot be run, as one line and a hint.

use std::fmt::Display;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use iam_core::token::Token;
use thiserror::Error;

/// A command line that cannot be run: exit code 2.
#[derive(Debug, Error, Eq, PartialEq)]
#[error("{message}")]
pub struct UsageError {
    message: String,
    hint: String,
}

impl UsageError {
    /// Neither or both of the ways to name a cluster.
    pub(crate) fn one_cluster() -> Self {
        Self {
            message: "a token is for one cluster".to_owned(),
            hint: "give --cluster-name or --cluster-id".to_owned(),
        }
    }

    /// No identifier where aws-iam-authenticator takes one.
    pub(crate) fn no_cluster_id() -> Self {
        Self {
            message: "a token is for one cluster".to_owned(),
            hint: "give -i, or set KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID".to_owned(),
        }
    }

    /// An argument about a role where there is none.
    pub(crate) fn without_role(argument: &str) -> Self {
        Self {
            message: format!("{argument} is about a role, and there is none"),
            hint: "give --role-arn; the role of a profile has settings of its own there".to_owned(),
        }
    }

    /// A variable that stands for an argument, with a value that it does not take.
    pub(crate) fn variable(variable: &str, error: &dyn Display) -> Self {
        Self {
            message: format!("{variable}: {error}"),
            hint: format!("set {variable} again, or unset it"),
        }
    }

    /// An option whose value is empty.
    pub(crate) fn no_value(argument: &str) -> Self {
        let error = iam_cli::usage::UsageError::no_value(argument);
        Self {
            message: error.to_string(),
            hint: error.hint().to_owned(),
        }
    }

    /// An argument that a subcommand does not take.
    pub(crate) fn before_subcommand(argument: &str, subcommand: &str) -> Self {
        Self {
            message: format!("{argument} cannot stand before {subcommand}"),
            hint: format!("token-exec {subcommand} --help"),
        }
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl From<&clap::Error> for UsageError {
    fn from(error: &clap::Error) -> Self {
        if let Some((argument, hint)) = of_another_tool(error) {
            return Self {
                message: format!("token-exec has no {argument}"),
                hint: hint.to_owned(),
            };
        }
        let error = iam_cli::usage::UsageError::new(error, HELP);
        Self {
            message: without_secrets(&error.to_string()),
            hint: without_secrets(error.hint()),
        }
    }
}

/// The argument and what to do instead, if it is one of the tools that token-exec stands in for.
fn of_another_tool(error: &clap::Error) -> Option<(&'static str, &'static str)> {
    match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(found))) => {
            let found = found
                .split_once('=')
                .map_or(found.as_str(), |(name, _)| name);
            let mut known = OF_OTHER_TOOLS.iter().copied();
            known.find(|(argument, _)| *argument == found)
        }
        _ => None,
    }
}

/// A token or a presigned URL may be an argument in the wrong place: each is cut after its mark.
fn without_secrets(text: &str) -> String {
    [Token::PREFIX, URL_MARK]
        .iter()
        .fold(text.to_owned(), |text, mark| cut_after(mark, &text))
}

/// Every word that holds `mark` ends with it.
fn cut_after(mark: &str, text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"');
    let cut = |word: &str| match word.split_once(mark) {
        Some((before, rest)) => {
            let end = rest.chars().next_back().filter(|&c| ends(c));
            format!(
                "{before}{mark}…{}",
                end.map(String::from).unwrap_or_default()
            )
        }
        None => word.to_owned(),
    };
    text.split_inclusive(ends).map(cut).collect()
}

/// What the names of the parameters that sign a URL begin with.
const URL_MARK: &str = "X-Amz-";

/// Arguments of `aws` and of `aws-iam-authenticator` that change what they do, and what does the
/// same here.
const OF_OTHER_TOOLS: &[(&str, &str)] = &[
    ("--query", "--output token prints the bare token"),
    ("--debug", "-vv says more on stderr"),
    (
        "--ca-bundle",
        "set AWS_CA_BUNDLE in the env of the kubeconfig's exec entry",
    ),
    (
        "--endpoint-url",
        "leave it out, as `aws eks get-token` does; AWS_ENDPOINT_URL_STS serves AssumeRole",
    ),
    (
        "--no-verify-ssl",
        "set AWS_CA_BUNDLE to the certificate that the peer's is signed with",
    ),
    (
        "--no-sign-request",
        "leave it out: a token is a signed request",
    ),
    (
        "--cli-read-timeout",
        "leave it out: every call has a time limit of its own",
    ),
    (
        "--cli-connect-timeout",
        "leave it out: every call has a time limit of its own",
    ),
    ("--cli-auto-prompt", "leave it out"),
    ("--cli-binary-format", "leave it out"),
    ("--config", "give the cluster with -i and the role with -r"),
    ("-c", "give the cluster with -i and the role with -r"),
    ("--log-verbosity", "-v and -vv say more on stderr"),
    ("-l", "--log-format json writes stderr as JSON"),
    ("--feature-gates", "leave it out"),
];

const HELP: &str = "token-exec --help";

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::Cli;
    use crate::environment::AuthenticatorVariables;

    fn usage(line: &str) -> (String, String) {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let error = match Cli::from_arguments(&arguments) {
            Ok(cli) => cli
                .into_options(&AuthenticatorVariables::default())
                .unwrap_err(),
            Err(error) => UsageError::from(&error),
        };
        (error.to_string(), error.hint().to_owned())
    }

    /// Command line, message, hint.
    const MISTAKES: &[(&str, &str, &str)] = &[
        (
            "token-exec eks",
            "a subcommand is missing",
            "token-exec eks --help",
        ),
        (
            "token-exec --region us-west-2 completions bash",
            "--region cannot stand before completions",
            "token-exec completions --help",
        ),
        (
            "token-exec",
            "the following required arguments were not provided: \
                 <--cluster-name <NAME|ARN>|--cluster-id <ID>>",
            HELP,
        ),
        (
            "token-exec --cluster-name a --cluster-id b",
            "the argument '--cluster-name <NAME|ARN>' cannot be used with '--cluster-id <ID>'",
            HELP,
        ),
        (
            "token-exec --cluster-name",
            "--cluster-name has no value",
            "give it one, or leave it out; a variable that is not set leaves it empty",
        ),
        (
            "token-exec --cluster-name a;b",
            "invalid value 'a;b' for '--cluster-name <NAME|ARN>': \"a;b\" is not a cluster \
                 identifier (a letter or digit, then up to 255 of letters, digits and . _ : / -)",
            HELP,
        ),
        (
            "token-exec --cluster-name a --region US",
            "invalid value 'US' for '--region <REGION>': \"US\" is not a region name (1 to 32 \
                 lower-case letters, digits and inner hyphens, such as us-west-2)",
            HELP,
        ),
        (
            "token-exec --cluster-nam a",
            "unexpected argument '--cluster-nam' found",
            "a similar argument exists: '--cluster-name'",
        ),
        (
            "token-exec --cluster-name a --role-arn arn:aws:iam::111122223333:user/b",
            "invalid value 'arn:aws:iam::111122223333:user/b' for '--role-arn <ARN>': \
                 \"arn:aws:iam::111122223333:user/b\" is not the ARN of an IAM role, \
                 arn:PARTITION:iam::ACCOUNT:role/NAME",
            HELP,
        ),
        (
            "token-exec eks get-token --cluster-name a --role b",
            "invalid value 'b' for '--role-arn <ARN>': \"b\" is not the ARN of an IAM role, \
                 arn:PARTITION:iam::ACCOUNT:role/NAME",
            HELP,
        ),
        (
            "token-exec --cluster-name a -r arn:aws:iam::111122223333:role/b --duration 899",
            "invalid value '899' for '--duration <SECONDS>': \"899\" is not a number of seconds \
                 from 900 to 43200",
            HELP,
        ),
        (
            "token-exec --cluster-name a -r arn:aws:iam::111122223333:role/b -s a/b",
            "invalid value 'a/b' for '--session-name <NAME>': \"a/b\" is not a session name (2 \
                 to 64 letters, digits and _ + = , . @ -)",
            HELP,
        ),
        (
            "token-exec --cluster-name a -r arn:aws:iam::111122223333:role/b -e !",
            "invalid value '!' for '--external-id <ID>': it is not 2 to 1224 letters, digits and \
                 _ + = , . @ : / -",
            HELP,
        ),
        (
            "token-exec --cluster-name a --external-id bc",
            "--external-id is about a role, and there is none",
            "give --role-arn; the role of a profile has settings of its own there",
        ),
        (
            "aws-iam-authenticator token -i a -s bc",
            "--session-name is about a role, and there is none",
            "give --role-arn; the role of a profile has settings of its own there",
        ),
        (
            "token-exec --cluster-name a -s bc --forward-session-name",
            "the argument '--session-name <NAME>' cannot be used with '--forward-session-name'",
            HELP,
        ),
        (
            "token-exec token -r arn:aws:iam::111122223333:role/b",
            "a token is for one cluster",
            "give -i, or set KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID",
        ),
        (
            "token-exec eks get-token --cluster-name a --query status.token",
            "token-exec has no --query",
            "--output token prints the bare token",
        ),
        (
            "aws-iam-authenticator token -i a --config=f",
            "token-exec has no --config",
            "give the cluster with -i and the role with -r",
        ),
        (
            "token-exec --cache off clean",
            "--cache cannot stand before clean",
            "token-exec clean --help",
        ),
        (
            "token-exec --cluster-name a inspect -",
            "--cluster-name cannot stand before inspect",
            "token-exec inspect --help",
        ),
        (
            "token-exec --cluster-id a eks get-token --cluster-name b",
            "--cluster-id cannot stand before eks get-token",
            "token-exec eks get-token --help",
        ),
        (
            "token-exec --output json token -i a",
            "--output cannot stand before token",
            "token-exec token --help",
        ),
        (
            "token-exec k8s-aws-v1.aGk",
            "unrecognized subcommand 'k8s-aws-v1.…'",
            HELP,
        ),
        (
            "token-exec inspect a https://h/?Action=a&X-Amz-Signature=b&X-Amz-Security-Token=c",
            "unexpected argument 'https://h/?Action=a&X-Amz-…' found",
            HELP,
        ),
        (
            "token-exec --cluster-name c --region https://h/?X-Amz-Signature=b",
            "invalid value 'https://h/?X-Amz-…' for '--region <REGION>': \
                 \"https://h/?X-Amz-…\" is not a region name (1 to 32 lower-case letters, digits \
                 and inner hyphens, such as us-west-2)",
            HELP,
        ),
    ];

    #[test]
    fn blank_lines_in_an_argument_do_not_hide_what_is_wrong_with_it() {
        let arguments = ["token-exec", "--cluster-name", "c", "--output", "a\n\nb"];
        let error = Cli::from_arguments(&arguments.map(OsString::from)).unwrap_err();
        assert_eq!(
            UsageError::from(&error).to_string(),
            "invalid value 'a b' for '--output <OUTPUT>' [possible values: json, token]",
        );
    }

    #[test]
    fn a_mistake_on_the_command_line_is_one_line_and_a_hint() {
        for &(line, message, hint) in MISTAKES {
            assert_eq!(usage(line), (message.to_owned(), hint.to_owned()), "{line}");
        }
    }
}
