//! Asking for the code of an MFA device, on the terminal.
//!
//! Never on stdin, which may be what kubectl applies, and never on stdout, which is for data: the
//! terminal itself is opened. Whoever presses Ctrl-C there ends the program as any other.

mod terminal;

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use iam_core::exec_api::ExecInfo;
use thiserror::Error;

use crate::fetch::{BoxError, MfaPrompt};

/// Whom to ask, going by what the Kubernetes client said about itself, if one started us.
///
/// A client that says nothing of a person is taken at its word. Without a client a person is taken
/// to be there if a terminal is.
#[must_use]
pub fn prompt(client: Option<ExecInfo>) -> MfaPrompt<'static> {
    match client {
        Some(client) if client.interactive => MfaPrompt::Ask(&ask),
        Some(_) => MfaPrompt::Unavailable {
            reason: "the Kubernetes client says that nobody can be asked",
        },
        None if terminal::exists() => MfaPrompt::Ask(&ask),
        None => MfaPrompt::Unavailable {
            reason: "there is no terminal to ask on",
        },
    }
}

/// What to try where nobody can be asked.
pub const REMEDY: &str = "set interactiveMode: IfAvailable in the kubeconfig's exec entry, or run \
                          the same token-exec command by hand before, with --cache credentials";

/// Why there is no code.
#[derive(Debug, Error)]
enum MfaError {
    /// No terminal, after all.
    #[error("there is no terminal to ask on")]
    Terminal(#[source] io::Error),
    /// The terminal failed.
    #[error("the terminal failed")]
    Failed(#[source] io::Error),
    /// The end of the input, a Ctrl-D.
    #[error("the terminal gave no code")]
    Ended,
    /// Nobody typed anything.
    #[error("nobody answered within {} minutes", .0.as_secs() / 60)]
    Timeout(Duration),
    /// Something else, as often as it was asked for.
    #[error("what was typed {TRIES} times is not a code of six digits")]
    NoCode,
}

fn ask(serial: &str) -> Result<String, BoxError> {
    let (lines, output) = terminal::open().map_err(MfaError::Terminal)?;
    Ok(converse(&lines, output, serial, PATIENCE)?)
}

/// Asks for the code of the device `serial` until it is one.
fn converse(
    lines: &Receiver<io::Result<Option<String>>>,
    mut output: impl Write,
    serial: &str,
    patience: Duration,
) -> Result<String, MfaError> {
    let serial = serial.escape_default();
    for _ in 0..TRIES {
        write!(output, "MFA code for {serial}: ").map_err(MfaError::Failed)?;
        output.flush().map_err(MfaError::Failed)?;
        let line = match lines.recv_timeout(patience) {
            Ok(line) => line.map_err(MfaError::Failed)?.ok_or(MfaError::Ended),
            Err(RecvTimeoutError::Timeout) => Err(MfaError::Timeout(patience)),
            Err(RecvTimeoutError::Disconnected) => Err(MfaError::Ended),
        };
        if line.is_err() {
            // What is said next is not to stand behind the question.
            writeln!(output).map_err(MfaError::Failed)?;
        }
        let line = line?;
        let code = line.trim();
        if is_code(code) {
            return Ok(code.to_owned());
        }
        writeln!(output, "A code has six digits.").map_err(MfaError::Failed)?;
    }
    Err(MfaError::NoCode)
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>, `TokenCode`
fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How often it is asked: a slip or two is forgiven.
const TRIES: usize = 3;

/// As long as somebody may look for the device.
const PATIENCE: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use iam_core::exec_api::ExecApiVersion;

    use super::*;

    const SERIAL: &str = "arn:aws:iam::111122223333:mfa/alice";

    /// What came of typing these lines, and what stood on the terminal.
    fn conversation(typed: &[Option<&str>], serial: &str) -> (Result<String, String>, String) {
        let (sender, lines) = mpsc::channel();
        for line in typed {
            sender.send(Ok(line.map(str::to_owned))).unwrap();
        }
        drop(sender);
        let mut screen = Vec::new();
        let code = converse(&lines, &mut screen, serial, PATIENCE);
        let screen = String::from_utf8(screen).unwrap();
        (code.map_err(|error| error.to_string()), screen)
    }

    #[test]
    fn asks_for_six_digits_and_forgives_two_slips() {
        let asked = "MFA code for arn:aws:iam::111122223333:mfa/alice: ";
        let again = format!("{asked}A code has six digits.\n");
        for (typed, code, screen) in [
            (vec![Some("123456\n")], Ok("123456"), asked.to_owned()),
            (vec![Some(" 000000\r\n")], Ok("000000"), asked.to_owned()),
            (
                vec![Some("12345\n"), Some("\n"), Some("123456")],
                Ok("123456"),
                format!("{again}{again}{asked}"),
            ),
            (
                vec![Some("1234567\n"), Some("12345a\n"), Some("١٢٣\n")],
                Err("what was typed 3 times is not a code of six digits"),
                again.repeat(3),
            ),
            (
                vec![None],
                Err("the terminal gave no code"),
                format!("{asked}\n"),
            ),
            (
                vec![],
                Err("the terminal gave no code"),
                format!("{asked}\n"),
            ),
        ] {
            let found = conversation(&typed, SERIAL);
            let code = code.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, (code, screen), "{typed:?}");
        }
    }

    #[test]
    fn a_serial_number_cannot_command_the_terminal() {
        let (_, screen) = conversation(&[None], "GAHT\u{1b}[2J\n");
        assert_eq!(screen, "MFA code for GAHT\\u{1b}[2J\\n: \n");
    }

    #[test]
    fn waits_for_an_answer_no_longer_than_agreed() {
        let (_sender, lines) = mpsc::channel();
        let mut screen = Vec::new();
        let ended = converse(&lines, &mut screen, "GAHT", Duration::ZERO);
        let error = ended.map_err(|error| error.to_string());
        assert_eq!(error, Err("nobody answered within 0 minutes".to_owned()));
        assert_eq!(screen, b"MFA code for GAHT: \n");
    }

    #[test]
    fn a_client_that_says_that_nobody_is_there_is_taken_at_its_word() {
        let client = |interactive| {
            Some(ExecInfo {
                api_version: ExecApiVersion::V1,
                interactive,
            })
        };
        assert!(matches!(prompt(client(true)), MfaPrompt::Ask(_)));
        assert!(matches!(
            prompt(client(false)),
            MfaPrompt::Unavailable {
                reason: "the Kubernetes client says that nobody can be asked"
            }
        ));
    }
}
