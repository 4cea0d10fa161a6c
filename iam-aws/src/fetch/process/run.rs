//! Running the command, within bounds.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

use super::command::Line;
use super::{ProcessError, said};

/// Runs a command line to its end and gives what it printed on stdout. What it says on stderr is
/// told meanwhile, part by part.
pub(super) async fn run(line: &str, tell: impl Fn(&str)) -> Result<Vec<u8>, ProcessError> {
    run_in(Group::fitting(), line, TIMEOUT, tell).await
}

async fn run_in(
    group: Group,
    line: &str,
    timeout: Duration,
    tell: impl Fn(&str),
) -> Result<Vec<u8>, ProcessError> {
    let (mut command, program) = command(line)?;
    group.apply(&mut command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| ProcessError::Start { program, source })?;
    let stderr = child.stderr.take();
    let ended = beside(follow(&mut child), said::pass_on(stderr, tell));
    let ended = tokio::time::timeout(timeout, ended).await;
    let (status, stdout) = match ended {
        Ok(Ok(ended)) => ended,
        Ok(Err(error)) => {
            group.kill(&mut child).await;
            return Err(error);
        }
        Err(_) => {
            group.kill(&mut child).await;
            return Err(ProcessError::Timeout(timeout));
        }
    };
    if status.success() {
        Ok(stdout)
    } else {
        Err(ProcessError::Failed(status))
    }
}

async fn follow(child: &mut Child) -> Result<(ExitStatus, Vec<u8>), ProcessError> {
    let mut printed = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let limit = u64::try_from(MAX_BYTES + 1).unwrap_or(u64::MAX);
        let read = stdout.take(limit).read_to_end(&mut printed).await;
        read.map_err(ProcessError::Follow)?;
    }
    if printed.len() > MAX_BYTES {
        return Err(ProcessError::TooLong(MAX_BYTES));
    }
    let status = child.wait().await.map_err(ProcessError::Follow)?;
    Ok((status, printed))
}

/// Waits for `step`, along with something that may end before it or never.
///
/// That comes first: what can be done of it when `step` ends is done.
async fn beside<T>(step: impl Future<Output = T>, aside: impl Future<Output = ()>) -> T {
    let (mut step, mut aside) = (pin!(step), pin!(aside));
    let mut goes_on = true;
    poll_fn(|context| {
        if goes_on {
            goes_on = aside.as_mut().poll(context).is_pending();
        }
        step.as_mut().poll(context)
    })
    .await
}

/// The command, and what to call it in an error: its arguments may be secrets.
#[cfg(unix)]
fn command(line: &str) -> Result<(Command, String), ProcessError> {
    match Line::parse(line) {
        Ok(Line::Words { program, arguments }) => {
            let mut command = Command::new(&program);
            command.args(arguments);
            Ok((command, program))
        }
        Ok(Line::Shell) => {
            let mut command = Command::new(SHELL);
            command.args(["-c", line]);
            Ok((command, SHELL.to_owned()))
        }
        Err(_) => Err(ProcessError::Line),
    }
}

/// By `cmd.exe`, as the AWS SDKs do: it takes quotes off that enclose the whole line.
#[cfg(windows)]
fn command(line: &str) -> Result<(Command, String), ProcessError> {
    let mut command = Command::new(SHELL);
    command.arg("/C").raw_arg(format!("\"{line}\""));
    Ok((command, SHELL.to_owned()))
}

/// Who is ended with the command.
enum Group {
    /// It has a process group of its own, and what it started is ended with it.
    Own,
    /// It is in ours: where there is a terminal, only the group in its foreground may ask there,
    /// and a Ctrl-C reaches no other.
    Ours,
}

impl Group {
    fn fitting() -> Self {
        if cfg!(unix) && std::fs::File::open("/dev/tty").is_err() {
            Self::Own
        } else {
            Self::Ours
        }
    }

    fn apply(&self, command: &mut Command) {
        #[cfg(unix)]
        if matches!(self, Self::Own) {
            command.process_group(0);
        }
        #[cfg(not(unix))]
        let _ = command;
    }

    /// Ends what still runs. What ended by itself meanwhile is an error to the system, and as good.
    async fn kill(&self, child: &mut Child) {
        if let (Self::Own, Some(id)) = (self, child.id()) {
            let _ = kill_group(id);
        }
        let _ = child.kill().await;
    }
}

#[cfg(unix)]
fn kill_group(id: u32) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    let group = id.ok_or(io::ErrorKind::InvalidInput)?;
    Ok(kill_process_group(group, Signal::KILL)?)
}

#[cfg(not(unix))]
fn kill_group(_id: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
const SHELL: &str = "/bin/sh";
#[cfg(windows)]
const SHELL: &str = "cmd.exe";

/// As long as the AWS SDK for Go waits.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The largest session token has 8 KiB.
const MAX_BYTES: usize = 64 << 10;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn outcome(line: &str) -> Result<Vec<u8>, String> {
        outcome_within(line, TIMEOUT)
    }

    fn outcome_within(line: &str, timeout: Duration) -> Result<Vec<u8>, String> {
        heard(line, timeout).0
    }

    /// The outcome, and what was told meanwhile.
    fn heard(line: &str, timeout: Duration) -> (Result<Vec<u8>, String>, String) {
        let told = RefCell::new(String::new());
        let tell = |part: &str| told.borrow_mut().push_str(part);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let outcome = runtime.block_on(run_in(Group::Own, line, timeout, tell));
        (
            outcome.map_err(|error| error.to_string()),
            told.into_inner(),
        )
    }

    #[test]
    fn a_command_runs_with_or_without_a_shell() {
        for (line, printed) in [
            ("echo \"a  $b\" c", "a   c\n"),
            ("printf %s 'a  $b'", "a  $b"),
            ("printf %s a | tr a b", "b"),
            // Nothing to read on stdin.
            ("cat", ""),
        ] {
            assert_eq!(outcome(line), Ok(printed.as_bytes().to_vec()), "{line}");
        }
    }

    #[test]
    fn says_how_a_command_failed() {
        for (line, expected) in [
            ("no-such-program s3cret", "cannot start \"no-such-program\""),
            (
                "'",
                "credential_process is no command line: it is blank, or a quotation does not end",
            ),
            ("false s3cret", "the command failed (exit status: 1)"),
            ("sh -c 'exit 3'", "the command failed (exit status: 3)"),
            (
                "sh -c 'kill -9 $$'",
                "the command failed (signal: 9 (SIGKILL))",
            ),
            (
                "head -c 65537 /dev/zero",
                "the command printed more than 64 KiB",
            ),
            ("yes", "the command printed more than 64 KiB"),
        ] {
            assert_eq!(outcome(line), Err(expected.to_owned()), "{line}");
        }
        let full = outcome("head -c 65536 /dev/zero");
        assert_eq!(full.map(|printed| printed.len()), Ok(MAX_BYTES));
    }

    #[test]
    fn everything_that_a_command_says_before_its_end_is_told() {
        for (line, said) in [
            ("sh -c 'echo one >&2; echo two >&2; echo out'", "one\ntwo\n"),
            ("sh -c 'printf \"code: \" >&2; exit 3'", "code: "),
            ("sh -c 'echo one >&2; exec 2>&-; echo out'", "one\n"),
            ("true", ""),
        ] {
            assert_eq!(heard(line, TIMEOUT).1, said, "{line}");
        }
        let (_, much) = heard(
            "sh -c 'head -c 300000 /dev/zero | tr \"\\0\" x >&2'",
            TIMEOUT,
        );
        assert_eq!(much.len(), 300_000);
    }

    #[test]
    fn what_a_command_leaves_behind_with_its_stderr_is_not_waited_for() {
        let (outcome, said) = heard("sh -c 'sleep 600 >/dev/null & echo started >&2'", TIMEOUT);
        assert_eq!((outcome, said.as_str()), (Ok(Vec::new()), "started\n"));
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let ended = outcome_within("sleep 600", Duration::from_millis(1));
        let expected = "the command did not end within 0 seconds";
        assert_eq!(ended, Err(expected.to_owned()));
    }

    #[test]
    fn what_a_command_started_is_ended_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let held = directory.path().join("held");
        let made = std::process::Command::new("mkfifo").arg(&held).status();
        assert!(made.unwrap().success());
        let line = format!("exec 3> {}; sleep 600 & yes", held.display());
        // Its end comes when nobody holds the pipe open for writing any more.
        let reader = std::thread::spawn(move || std::fs::read(&held).unwrap());
        let ended = outcome(&line);
        let expected = "the command printed more than 64 KiB";
        assert_eq!(ended, Err(expected.to_owned()));
        assert_eq!(reader.join().unwrap(), b"");
    }
}
