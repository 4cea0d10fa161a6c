//! The exec stanza of a user: which program signs the tokens, and for what.

mod read;

use clap::ValueEnum;
use iam_core::yaml::Fresh;
use thiserror::Error;

pub(crate) use read::{Unreadable, read};

use crate::cluster::SignedId;
use crate::plugin::Plugin;

/// The program that signs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ExecCommand {
    /// This project's.
    #[default]
    TokenExec,
    /// `aws eks get-token`.
    Aws,
    /// `aws-iam-authenticator token`.
    AwsIamAuthenticator,
}

/// What a token is signed for, and as whom.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stanza {
    /// What is signed.
    pub(crate) signed: Signed,
    /// The region whose STS checks the tokens.
    pub(crate) region: Option<String>,
    /// The profile that signs.
    pub(crate) profile: Option<String>,
    /// A role to assume first.
    pub(crate) role: Option<String>,
    /// The name of its session.
    pub(crate) session_name: Option<String>,
    /// What its owner demands of third parties.
    pub(crate) external_id: Option<String>,
}

/// The identifier that is signed, by the flag that takes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Signed {
    Name(String),
    Id(String),
}

/// Why a program cannot be told.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("aws eks get-token takes no {what}")]
pub struct Untold {
    /// What it cannot be told.
    pub(crate) what: &'static str,
}

impl Stanza {
    /// The arguments for one of the programs.
    ///
    /// # Errors
    /// When the program cannot be told all of it.
    pub(crate) fn arguments(&self, command: ExecCommand) -> Result<Vec<String>, Untold> {
        match command {
            ExecCommand::TokenExec => Ok(self.ours()),
            ExecCommand::Aws => self.aws(),
            ExecCommand::AwsIamAuthenticator => Ok(self.authenticator()),
        }
    }

    /// Each in one word, so that no value can become a flag.
    ///
    /// The profile is an argument and not only `AWS_PROFILE` in `env`, because exported access keys
    /// win over the variable and not over the argument: the context stays the identity it was made for.
    fn ours(&self) -> Vec<String> {
        let word = |flag: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("--{flag}={value}"))
        };
        let signed = match &self.signed {
            Signed::Name(name) => format!("--cluster-name={name}"),
            Signed::Id(id) => format!("--cluster-id={id}"),
        };
        [
            word("region", &self.region),
            Some(signed),
            word("profile", &self.profile),
            word("role-arn", &self.role),
            word("session-name", &self.session_name),
            word("external-id", &self.external_id),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// In the order of `aws eks update-kubeconfig`.
    fn aws(&self) -> Result<Vec<String>, Untold> {
        let untold = |what| Err(Untold { what });
        if self.session_name.is_some() {
            return untold("session name");
        }
        if self.external_id.is_some() {
            return untold("external id");
        }
        let (flag, id) = match &self.signed {
            Signed::Name(name) => ("--cluster-name", name),
            Signed::Id(id) => ("--cluster-id", id),
        };
        let mut words = Vec::new();
        push(&mut words, "--region", self.region.as_deref());
        push(&mut words, "--profile", self.profile.as_deref());
        words.extend(["eks", "get-token"].map(str::to_owned));
        push(&mut words, flag, Some(id));
        push(&mut words, "--output", Some("json"));
        push(&mut words, "--role", self.role.as_deref());
        Ok(words)
    }

    fn authenticator(&self) -> Vec<String> {
        let (Signed::Name(id) | Signed::Id(id)) = &self.signed;
        let mut words = vec!["token".to_owned()];
        push(&mut words, "--cluster-id", Some(id));
        push(&mut words, "--region", self.region.as_deref());
        push(&mut words, "--role", self.role.as_deref());
        push(&mut words, "--session-name", self.session_name.as_deref());
        push(&mut words, "--external-id", self.external_id.as_deref());
        words
    }
}

impl ExecCommand {
    /// The fields of `exec` for this program, in kubectl's order; `arguments` are its own.
    pub(crate) fn fields(
        self,
        arguments: Vec<String>,
        plugin: &Plugin,
    ) -> Vec<(&'static str, Fresh)> {
        let args = Fresh::List(arguments.into_iter().map(Fresh::Text).collect());
        let shared = |version, command| {
            vec![
                ("apiVersion", Fresh::text(version)),
                ("args", args),
                ("command", Fresh::text(command)),
            ]
        };
        match self {
            Self::TokenExec => {
                let mut fields = shared("client.authentication.k8s.io/v1", plugin.command());
                fields.extend([
                    ("installHint", Fresh::text(INSTALL_HINT)),
                    // Nothing is asked, so that `kubectl apply -f -` keeps its stdin.
                    ("interactiveMode", Fresh::text("Never")),
                    ("provideClusterInfo", Fresh::Flag(false)),
                ]);
                fields
            }
            // Older releases of both know no other version.
            Self::Aws => shared("client.authentication.k8s.io/v1beta1", "aws"),
            Self::AwsIamAuthenticator => shared(
                "client.authentication.k8s.io/v1beta1",
                "aws-iam-authenticator",
            ),
        }
    }
}

impl From<&SignedId> for Signed {
    fn from(signed: &SignedId) -> Self {
        match signed {
            SignedId::Name(name) => Self::Name(name.to_string()),
            SignedId::Id(id) => Self::Id(id.to_string()),
        }
    }
}

fn push(words: &mut Vec<String>, flag: &str, value: Option<&str>) {
    words.extend(
        value
            .into_iter()
            .flat_map(|value| [flag.to_owned(), value.to_owned()]),
    );
}

/// kubectl prints this when it cannot find the command.
pub(crate) const INSTALL_HINT: &str = "token-exec signs the tokens of this user. Install it in a directory on \
    PATH, or beside kubeconfig-gen and run kubeconfig-gen update again.";

#[cfg(test)]
mod tests {
    use super::*;

    fn stanza() -> Stanza {
        let some = |text: &str| Some(text.to_owned());
        Stanza {
            signed: Signed::Name("demo".to_owned()),
            region: some("us-west-2"),
            profile: some("p"),
            role: some("arn:aws:iam::111122223333:role/r"),
            session_name: some("s"),
            external_id: some("x"),
        }
    }

    #[test]
    fn every_program_is_told_in_its_own_words() {
        let join = |words: Vec<String>| words.join(" ");
        assert_eq!(
            stanza()
                .arguments(ExecCommand::TokenExec)
                .map(join)
                .unwrap(),
            "--region=us-west-2 --cluster-name=demo --profile=p \
             --role-arn=arn:aws:iam::111122223333:role/r --session-name=s --external-id=x",
        );
        assert_eq!(
            stanza()
                .arguments(ExecCommand::AwsIamAuthenticator)
                .map(join)
                .unwrap(),
            "token --cluster-id demo --region us-west-2 --role arn:aws:iam::111122223333:role/r \
             --session-name s --external-id x",
        );
        let without = Stanza {
            session_name: None,
            external_id: None,
            ..stanza()
        };
        assert_eq!(
            without.arguments(ExecCommand::Aws).map(join).unwrap(),
            "--region us-west-2 --profile p eks get-token --cluster-name demo --output json \
             --role arn:aws:iam::111122223333:role/r",
        );
        let without = Stanza {
            session_name: None,
            ..stanza()
        };
        assert_eq!(
            without.arguments(ExecCommand::Aws),
            Err(Untold {
                what: "external id"
            })
        );
    }
}
