//! Stanzas of `aws eks get-token`, `aws-iam-authenticator token` and token-exec, read back.

use std::collections::VecDeque;

use thiserror::Error;

use super::{ExecCommand, Signed, Stanza};

/// Why the arguments of a known program are not understood.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub(crate) enum Unreadable {
    /// A flag that the other programs have no word for.
    #[error("the argument {0} has no counterpart")]
    Flag(String),
    /// A flag without its value, or with an empty one, which each program takes in its own way.
    #[error("the argument {0} has no value")]
    NoValue(String),
    /// No cluster.
    #[error("the arguments name no cluster")]
    NoCluster,
}

/// What a command line signs; `None` where the program is another one.
///
/// # Errors
/// When it is one of ours to read, and cannot be.
pub(crate) fn read(
    command: &str,
    args: &[String],
) -> Option<Result<(ExecCommand, Stanza), Unreadable>> {
    let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let has = |words: &[&str]| words.iter().all(|word| args.iter().any(|arg| arg == word));
    let program = match name {
        "token-exec" => ExecCommand::TokenExec,
        "aws" if has(&["eks", "get-token"]) => ExecCommand::Aws,
        "aws-iam-authenticator" | "heptio-authenticator-aws" if has(&["token"]) => {
            ExecCommand::AwsIamAuthenticator
        }
        _ => return None,
    };
    Some(words(args).map(|stanza| (program, stanza)))
}

#[derive(Default)]
struct Found {
    name: Option<String>,
    id: Option<String>,
    region: Option<String>,
    profile: Option<String>,
    role: Option<String>,
    session_name: Option<String>,
    external_id: Option<String>,
    /// What is printed; kubectl wants the same of all.
    output: Option<String>,
}

fn words(args: &[String]) -> Result<Stanza, Unreadable> {
    let mut found = Found::default();
    let mut rest: VecDeque<&str> = args.iter().map(String::as_str).collect();
    while let Some(word) = rest.pop_front() {
        let (flag, joined) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value)),
            _ => (word, None),
        };
        if matches!(flag, "eks" | "get-token" | "token" | "--cache") {
            continue;
        }
        let slot = found
            .slot(flag)
            .ok_or_else(|| Unreadable::Flag(flag.to_owned()))?;
        let value = joined.or_else(|| rest.pop_front());
        let value = value.filter(|value| !value.is_empty());
        *slot = Some(
            value
                .ok_or_else(|| Unreadable::NoValue(flag.to_owned()))?
                .to_owned(),
        );
    }
    found.stanza()
}

impl Found {
    /// Where the value of a flag goes. The AWS CLI takes beginnings of its flags too.
    fn slot(&mut self, flag: &str) -> Option<&mut Option<String>> {
        match flag {
            "--cluster-name" | "--cluster-n" => Some(&mut self.name),
            "--cluster-id" | "--cluster-i" | "-i" => Some(&mut self.id),
            "--region" => Some(&mut self.region),
            "--profile" => Some(&mut self.profile),
            "--role-arn" | "--role" | "--role-a" | "-r" => Some(&mut self.role),
            "--session-name" | "-s" => Some(&mut self.session_name),
            "--external-id" | "-e" => Some(&mut self.external_id),
            "--output" => Some(&mut self.output),
            _ => None,
        }
    }

    fn stanza(self) -> Result<Stanza, Unreadable> {
        let Self {
            name,
            id,
            region,
            profile,
            role,
            session_name,
            external_id,
            output: _,
        } = self;
        let signed = match (name, id) {
            (Some(name), None) => Signed::Name(name),
            (None, Some(id)) => Signed::Id(id),
            (Some(_), Some(_)) | (None, None) => return Err(Unreadable::NoCluster),
        };
        Ok(Stanza {
            signed,
            region,
            profile,
            role,
            session_name,
            external_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Result<(ExecCommand, Stanza), Unreadable>> {
        let mut words = line.split(' ').map(str::to_owned);
        let command = words.next().unwrap();
        read(&command, &words.collect::<Vec<_>>())
    }

    #[test]
    fn reads_every_style_back() {
        let some = |text: &str| Some(text.to_owned());
        let stanza = Stanza {
            signed: Signed::Name("demo".to_owned()),
            region: some("eu-west-1"),
            profile: None,
            role: some("r"),
            session_name: None,
            external_id: None,
        };
        for line in [
            "aws --region eu-west-1 eks get-token --cluster-name demo --output json --role r",
            "/usr/local/bin/aws eks get-token --cluster-name demo --region=eu-west-1 --role-arn r",
            "token-exec --region=eu-west-1 --cluster-name=demo --role-arn=r",
        ] {
            assert_eq!(parse(line).unwrap().unwrap().1, stanza, "{line}");
        }
        let line = "aws-iam-authenticator token -i demo -r r -e x -s s";
        let expected = Stanza {
            signed: Signed::Id("demo".to_owned()),
            region: None,
            external_id: some("x"),
            session_name: some("s"),
            ..stanza
        };
        assert_eq!(
            parse(line),
            Some(Ok((ExecCommand::AwsIamAuthenticator, expected)))
        );
    }

    #[test]
    fn leaves_other_programs_alone_and_says_what_it_cannot_carry_over() {
        assert_eq!(parse("gke-gcloud-auth-plugin"), None);
        assert_eq!(parse("aws sts get-caller-identity"), None);
        let flag = |text: &str| Some(Err(Unreadable::Flag(text.to_owned())));
        assert_eq!(
            parse("aws --no-verify-ssl eks get-token --cluster-name a"),
            flag("--no-verify-ssl")
        );
        assert_eq!(
            parse("aws-iam-authenticator token --token-only -i a"),
            flag("--token-only")
        );
        assert_eq!(parse("token-exec"), Some(Err(Unreadable::NoCluster)));
        let no_value = |flag: &str| Some(Err(Unreadable::NoValue(flag.to_owned())));
        let line = "aws eks get-token --region";
        assert_eq!(parse(line), no_value("--region"));
        let line = "aws-iam-authenticator token -i demo --role=";
        assert_eq!(parse(line), no_value("--role"));
    }
}
