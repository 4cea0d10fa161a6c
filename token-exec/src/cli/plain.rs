//! The command lines that kubeconfigs hold, read without clap.
//!
//! Building clap's tree costs more than signing a token. This reads options, with their values
//! beside them or behind `=`, and flags, each at most once, and nothing else; what it accepts, clap accepts with the same
//! result. Everything else, and every mistake, is left to clap.

use std::ffi::OsString;
use std::path::PathBuf;
use std::slice;
use std::str::FromStr;

use clap::ValueEnum;
use iam_aws::source::role;
use iam_cli::{CommonArgs, LogFormat};

use super::{
    AwsArgs, CacheArgs, CacheMode, Cli, ClusterArgs, Command, EksArgs, EksCommand, MintArgs,
    OrEmpty, Program, RefreshArgs, RoleArgs, TokenArgs, ToleratedArgs,
};

/// The command line without the program's name, if it is a plain one.
pub(super) fn read(program: Program, arguments: &[OsString]) -> Option<Cli> {
    let mut words = Words {
        rest: arguments.iter(),
        joined: None,
    };
    let (mint, word) = words.mint_args()?;
    let command = match (program, word) {
        (Program::TokenExec, None) if mint.cluster.is_one() => None,
        (Program::TokenExec, Some("eks")) if mint.cluster.is_none() => {
            let inner = words.get_token()?;
            Some(Command::Eks(EksArgs {
                aws: AwsArgs::default(),
                output: None,
                tolerated: ToleratedArgs::default(),
                command: EksCommand::GetToken(inner),
            }))
        }
        (Program::TokenExec, Some("token")) if mint.cluster.is_none() => {
            Some(Command::Token(words.token_args()?))
        }
        (Program::Authenticator, Some("token")) if mint.is_aws_alone() => {
            Some(Command::Token(words.token_args()?))
        }
        (Program::TokenExec | Program::Authenticator, _) => return None,
    };
    let common = CommonArgs {
        verbose: 0,
        log_format: LogFormat::default(),
    };
    Some(Cli {
        common,
        mint,
        command,
    })
}

/// The arguments not read yet.
struct Words<'a> {
    rest: slice::Iter<'a, OsString>,
    /// What stands behind `=` in the last one.
    joined: Option<&'a str>,
}

impl<'a> Words<'a> {
    /// Options, and the first word after them that is none.
    fn mint_args(&mut self) -> Option<(MintArgs, Option<&'a str>)> {
        let mut mint = MintArgs::default();
        while let Some(word) = self.next()? {
            match word {
                "--cluster-name" => self.set(&mut mint.cluster.cluster_name, parse)?,
                "--cluster-id" | "-i" => self.set(&mut mint.cluster.cluster_id, parse)?,
                "--output" => self.set(&mut mint.output, value)?,
                "--cache" => self.set(&mut mint.cache.cache, value)?,
                other if self.aws(&mut mint.aws, other)? => {}
                other if self.role(&mut mint.role, other)? => {}
                other if self.refresh(&mut mint.cache.refresh, other)? => {}
                other if tolerated(&mut mint.tolerated, other)? => {}
                other => return mint.role.is_plain().then_some((mint, Some(other))),
            }
        }
        mint.role.is_plain().then_some((mint, None))
    }

    fn get_token(&mut self) -> Option<MintArgs> {
        if self.rest.next()? != "get-token" {
            return None;
        }
        let (mint, rest) = self.mint_args()?;
        (rest.is_none() && mint.cluster.is_one()).then_some(mint)
    }

    fn token_args(&mut self) -> Option<TokenArgs> {
        let mut token = TokenArgs::default();
        while let Some(word) = self.next()? {
            match word {
                "-i" | "--cluster-id" => self.set(&mut token.cluster_id, parse)?,
                "--token-only" => flag(&mut token.token_only)?,
                "--cache" => once(&mut token.cache, self.cache_mode()?)?,
                other if self.aws(&mut token.aws, other)? => {}
                other if self.role(&mut token.role, other)? => {}
                other if self.refresh(&mut token.refresh, other)? => {}
                _ => return None,
            }
        }
        token.role.is_plain().then_some(token)
    }

    /// Whether `word` was one of these.
    fn aws(&mut self, aws: &mut AwsArgs, word: &str) -> Option<bool> {
        match word {
            "--region" => self.set(&mut aws.region, parse)?,
            "--profile" => self.set(&mut aws.profile, parse)?,
            _ => return Some(false),
        }
        Some(true)
    }

    fn role(&mut self, role: &mut RoleArgs, word: &str) -> Option<bool> {
        match word {
            "--role-arn" | "--role" | "-r" => {
                self.set(&mut role.role_arn, |text| {
                    OrEmpty::read(text, role::role_arn).ok()
                })?;
            }
            "--external-id" | "-e" => {
                self.set(&mut role.external_id, |text| {
                    OrEmpty::read(text, role::external_id).ok()
                })?;
            }
            "--session-name" | "-s" => self.set(&mut role.session_name, parse)?,
            "--forward-session-name" => flag(&mut role.forward_session_name)?,
            "--duration" => self.set(&mut role.duration, |text| role::duration(text).ok())?,
            "--mfa-serial" => {
                self.set(&mut role.mfa_serial, |text| role::mfa_serial(text).ok())?;
            }
            _ => return Some(false),
        }
        Some(true)
    }

    fn refresh(&mut self, refresh: &mut RefreshArgs, word: &str) -> Option<bool> {
        match word {
            "--force-refresh" => flag(&mut refresh.force_refresh)?,
            "--cache-dir" => self.set(&mut refresh.cache_dir, |text| Some(PathBuf::from(text)))?,
            _ => return Some(false),
        }
        Some(true)
    }

    /// The next word without what is joined to it; inside, `None` at the end. A value that nobody
    /// took was joined to a flag.
    fn next(&mut self) -> Option<Option<&'a str>> {
        if self.joined.is_some() {
            return None;
        }
        let Some(word) = self.rest.next() else {
            return Some(None);
        };
        let word = word.to_str()?;
        match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                self.joined = Some(value);
                Some(Some(name))
            }
            Some(_) | None => Some(Some(word)),
        }
    }

    /// aws-iam-authenticator's flag, which may have a value of ours.
    fn cache_mode(&mut self) -> Option<CacheMode> {
        self.joined.take().map_or(Some(CacheMode::Token), value)
    }

    /// Fills `slot` with the value. One that begins with `-` or is empty is left to clap.
    fn set<T>(&mut self, slot: &mut Option<T>, parse: fn(&str) -> Option<T>) -> Option<()> {
        let text = match self.joined.take() {
            Some(joined) => joined,
            None => self.rest.next()?.to_str()?,
        };
        if text.is_empty() || text.starts_with('-') {
            return None;
        }
        once(slot, parse(text)?)
    }
}

fn tolerated(tolerated: &mut ToleratedArgs, word: &str) -> Option<bool> {
    match word {
        "--no-cli-pager" => flag(&mut tolerated.no_cli_pager)?,
        _ => return Some(false),
    }
    Some(true)
}

impl ClusterArgs {
    fn is_one(&self) -> bool {
        self.cluster_name.is_some() != self.cluster_id.is_some()
    }

    fn is_none(&self) -> bool {
        self.cluster_name.is_none() && self.cluster_id.is_none()
    }
}

impl MintArgs {
    fn is_aws_alone(&self) -> bool {
        let Self {
            cluster,
            aws: _,
            role,
            output,
            cache: CacheArgs { cache, refresh },
            tolerated,
        } = self;
        let nothing = (&RoleArgs::default(), &RefreshArgs::default());
        cluster.is_none()
            && output.is_none()
            && cache.is_none()
            && (role, refresh) == nothing
            && *tolerated == ToleratedArgs::default()
    }
}

impl RoleArgs {
    /// Whether clap would take them together.
    fn is_plain(&self) -> bool {
        self.session_name.is_none() || !self.forward_session_name
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    match slot.replace(value) {
        Some(_) => None,
        None => Some(()),
    }
}

fn flag(slot: &mut bool) -> Option<()> {
    (!std::mem::replace(slot, true)).then_some(())
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn value<T: ValueEnum>(text: &str) -> Option<T> {
    T::from_str(text, false).ok()
}

#[cfg(test)]
mod tests;
