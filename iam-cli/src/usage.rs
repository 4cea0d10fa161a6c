//! The command line: parsed, or refused in one line and a hint.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use thiserror::Error;

use crate::{Failure, LogFormat, finish, stdout};

/// Parses the command line of this process.
///
/// # Errors
/// The exit code of a program that has nothing more to do: 0 after `--help` and `--version`,
/// which are printed here; 2 after a mistake, which is reported here.
pub fn parse<C: Parser>(program: &str) -> Result<C, ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    C::try_parse_from(&arguments).map_err(|error| {
        let format = log_format(&arguments);
        if !error.use_stderr() {
            let printed = stdout::print_asked_for(&error).map(|()| ExitCode::SUCCESS);
            return finish(program, format, printed);
        }
        let no_subcommand = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        if no_subcommand && format == LogFormat::Text {
            // With stderr closed there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(MISTAKE);
        }
        let mistake = UsageError::new(&error, &help(&error, program));
        finish(program, format, Err(mistake))
    })
}

/// A command line that cannot be run: exit code 2.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("{message}")]
pub struct UsageError {
    message: String,
    hint: String,
}

impl UsageError {
    /// What clap says, in one line; its tip, or else `help`, is the hint.
    #[must_use]
    pub fn new(error: &clap::Error, help: &str) -> Self {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return Self {
                message: "a subcommand is missing".to_owned(),
                hint: help_of_usage(error, help),
            };
        }
        if let Some(argument) = without_value(error) {
            return Self::no_value(argument);
        }
        let text = error.to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text);
        // An argument may hold blank lines of its own.
        let end = AFTER_MESSAGE.iter().filter_map(|after| message.find(after));
        let (message, rest) = end
            .min()
            .and_then(|end| message.split_at_checked(end))
            .unwrap_or((message, ""));
        let mut paragraphs = rest.split("\n\n");
        let tip = paragraphs.find_map(|paragraph| paragraph.trim().strip_prefix("tip: "));
        Self {
            message: one_line(message),
            hint: tip.map_or_else(|| help.to_owned(), one_line),
        }
    }

    /// An option whose value is empty or missing.
    #[must_use]
    pub fn no_value(argument: &str) -> Self {
        Self {
            message: format!("{argument} has no value"),
            hint: "give it one, or leave it out; a variable that is not set leaves it empty"
                .to_owned(),
        }
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl Failure for UsageError {
    fn hint(&self) -> Option<String> {
        Some(self.hint.clone())
    }

    fn exit_code(&self) -> u8 {
        MISTAKE
    }
}

/// The option whose value is empty or missing, and may be anything: of a few, clap names them.
fn without_value(error: &clap::Error) -> Option<&str> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        Some(_) | None => None,
    };
    let is_one_of_a_few = matches!(
        error.get(ContextKind::ValidValue),
        Some(ContextValue::Strings(values)) if !values.is_empty()
    );
    let argument = text(ContextKind::InvalidArg)?.split(' ').next()?;
    let is_empty = text(ContextKind::InvalidValue)?.is_empty();
    (argument.starts_with('-') && is_empty && !is_one_of_a_few).then_some(argument)
}

/// The exit code of a command line that cannot be run.
const MISTAKE: u8 = 2;

/// Where to read on: the help of the subcommand that clap's usage names.
fn help(error: &clap::Error, program: &str) -> String {
    help_of_usage(error, &format!("{program} --help"))
}

fn help_of_usage(error: &clap::Error, otherwise: &str) -> String {
    let text = error.to_string();
    let usage = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Usage: "));
    let Some(usage) = usage else {
        return otherwise.to_owned();
    };
    let words = usage.split(' ');
    let words = words.take_while(|word| !word.starts_with(['[', '<', '-']));
    words.chain(["--help"]).collect::<Vec<_>>().join(" ")
}

/// The form of stderr that a command line asks for which may not parse.
#[must_use]
pub fn log_format(arguments: &[OsString]) -> LogFormat {
    let joined = arguments
        .iter()
        .any(|argument| argument == "--log-format=json");
    let apart = arguments
        .windows(2)
        .any(|pair| pair == ["--log-format", "json"]);
    if joined || apart {
        LogFormat::Json
    } else {
        LogFormat::Text
    }
}

fn one_line(paragraph: &str) -> String {
    let lines = paragraph.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// What clap prints after its message.
const AFTER_MESSAGE: &[&str] = &["\n\n  tip: ", "\n\nUsage: ", "\n\nFor more information"];

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Parser)]
    #[command(name = "p")]
    struct Cli {
        #[arg(long)]
        name: u8,
    }

    fn mistake(arguments: &[&str]) -> (String, String) {
        let error = Cli::try_parse_from(arguments).unwrap_err();
        let mistake = UsageError::new(&error, "p --help");
        (mistake.to_string(), mistake.hint().to_owned())
    }

    #[test]
    fn a_mistake_is_one_line_and_a_hint() {
        let table: [(&[&str], &str, &str); 6] = [
            (
                &["p"],
                "the following required arguments were not provided: --name <NAME>",
                "p --help",
            ),
            (
                &["p", "--nam", "1"],
                "unexpected argument '--nam' found",
                "a similar argument exists: '--name'",
            ),
            (
                &["p", "--name", "a\n\nb"],
                "invalid value 'a b' for '--name <NAME>': invalid digit found in string",
                "p --help",
            ),
            (&["p", "-x"], "unexpected argument '-x' found", "p --help"),
            (&["p", "--name", ""], "--name has no value", OR_LEAVE_OUT),
            (&["p", "--name"], "--name has no value", OR_LEAVE_OUT),
        ];
        for (arguments, message, hint) in table {
            assert_eq!(mistake(arguments), (message.to_owned(), hint.to_owned()));
        }
    }

    const OR_LEAVE_OUT: &str =
        "give it one, or leave it out; a variable that is not set leaves it empty";

    #[test]
    fn the_help_is_that_of_the_subcommand() {
        let command = || {
            let apply = clap::Command::new("apply").arg(clap::arg!(<FILE>));
            clap::Command::new("p").subcommand(apply)
        };
        let help = |words: &[&str]| help(&command().try_get_matches_from(words).unwrap_err(), "p");
        assert_eq!(help(&["p", "apply"]), "p apply --help");
        assert_eq!(help(&["p", "--nonsense"]), "p --help");
    }

    #[test]
    fn a_missing_subcommand_is_said_in_place_of_the_whole_help() {
        let inner = clap::Command::new("inner")
            .about("What it is")
            .subcommand(clap::Command::new("leaf"))
            .subcommand_required(true)
            .arg_required_else_help(true);
        let command = clap::Command::new("p").subcommand(inner);
        let error = command.try_get_matches_from(["p", "inner"]).unwrap_err();
        let mistake = UsageError::new(&error, "p --help");
        assert_eq!(mistake.to_string(), "a subcommand is missing");
        assert_eq!(mistake.hint(), "p inner --help");
    }

    #[test]
    fn the_form_is_found_in_a_line_that_does_not_parse() {
        let of = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            log_format(&words)
        };
        assert_eq!(of("p --log-format json --nonsense"), LogFormat::Json);
        assert_eq!(of("p --log-format=json"), LogFormat::Json);
        assert_eq!(of("p --log-format text"), LogFormat::Text);
        assert_eq!(of("p"), LogFormat::Text);
    }
}
