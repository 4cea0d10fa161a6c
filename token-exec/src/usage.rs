//! Command lines that cannot be run, as one line and a hint.

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
        if let Some(argument) = not_supported_yet(error) {
            return Self {
                message: format!("{argument} is not supported yet"),
                hint: "leave it out, or keep the command that this entry called before".to_owned(),
            };
        }
        let error = iam_cli::usage::UsageError::new(error, HELP);
        Self {
            message: without_secrets(&error.to_string()),
            hint: without_secrets(error.hint()),
        }
    }
}

/// The argument, if it is one of the tools that token-exec stands in for.
fn not_supported_yet(error: &clap::Error) -> Option<&str> {
    match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(argument))) => NOT_SUPPORTED_YET
            .contains(&argument.as_str())
            .then_some(argument),
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

/// Arguments of `aws eks get-token` and `aws-iam-authenticator token` that change who the token
/// is of, or what it costs.
const NOT_SUPPORTED_YET: &[&str] = &[
    "--role-arn",
    "--role",
    "-r",
    "--external-id",
    "-e",
    "--session-name",
    "-s",
    "--forward-session-name",
    "--cache",
];

const HELP: &str = "token-exec --help";

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::Cli;

    fn usage(line: &str) -> (String, String) {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let error = match Cli::from_arguments(&arguments) {
            Ok(cli) => cli.into_options().unwrap_err(),
            Err(error) => UsageError::from(&error),
        };
        (error.to_string(), error.hint().to_owned())
    }

    const LATER: &str = "leave it out, or keep the command that this entry called before";

    /// Command line, message, hint.
    const MISTAKES: &[(&str, &str, &str)] = &[
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
            "a value is required for '--cluster-name <NAME|ARN>' but none was supplied",
            HELP,
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
            "token-exec --cluster-name a --role-arn b",
            "--role-arn is not supported yet",
            LATER,
        ),
        (
            "token-exec eks get-token --cluster-name a --role b",
            "--role is not supported yet",
            LATER,
        ),
        (
            "token-exec token -i a -r b",
            "-r is not supported yet",
            LATER,
        ),
        (
            "aws-iam-authenticator token -i a --cache",
            "--cache is not supported yet",
            LATER,
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
