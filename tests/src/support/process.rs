//! A program that keeps running: its output is kept, it dies with the test.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A running child. Dropping it ends it: SIGTERM, then SIGKILL. A shell beside it kills it when
/// this process dies without dropping anything.
pub struct Process {
    name: String,
    pid: Pid,
    stdout: Stream,
    stderr: Stream,
    exit: Mutex<Receiver<ExitStatus>>,
    exited: Option<ExitStatus>,
    watchdog: Option<Child>,
}

/// Who writes a child's stderr to its file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stderr {
    /// This process, which reads along.
    ReadAlong,
    /// The child itself: [`Process::stderr`] shows nothing. Reading along would take more of the
    /// machine than the writing that a benchmark measures.
    FileAlone,
}

impl Process {
    /// Starts `command`, whose output goes to `LOGS/NAME.stdout` and `LOGS/NAME.stderr`.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(name: &str, mut command: Command, logs: &Path, stderr: Stderr) -> Self {
        let log = logs.join(format!("{name}.stderr"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(match stderr {
                Stderr::ReadAlong => Stdio::piped(),
                Stderr::FileAlone => create(&log).into(),
            });
        let spawned = command.spawn();
        let mut child =
            spawned.unwrap_or_else(|error| super::fail(&format!("{name} does not start: {error}")));
        let stdout = child.stdout.take().expect("stdout is piped");
        let stderr = child.stderr.take();
        let pid = Pid::from_child(&child);
        let (sender, exit) = channel();
        thread::spawn(move || child.wait().map(|status| sender.send(status)));
        Self {
            name: name.to_owned(),
            pid,
            stdout: Stream::keep(stdout, logs.join(format!("{name}.stdout"))),
            stderr: stderr.map_or_else(Stream::default, |pipe| Stream::keep(pipe, log)),
            exit: Mutex::new(exit),
            exited: None,
            watchdog: watchdog(pid),
        }
    }

    /// The first line of stdout for which `read` gives a value.
    ///
    /// # Panics
    /// When none came before the deadline or the end of stdout; shows the tail of stderr.
    pub fn wait_for_stdout<T>(&self, deadline: Duration, read: impl Fn(&str) -> Option<T>) -> T {
        self.stdout
            .wait_for(deadline, read)
            .unwrap_or_else(|| self.give_up("stdout", deadline))
    }

    /// The first line of stderr for which `read` gives a value.
    ///
    /// # Panics
    /// When none came before the deadline or the end of stderr; shows the tail of stderr.
    pub fn wait_for_stderr<T>(&self, deadline: Duration, read: impl Fn(&str) -> Option<T>) -> T {
        self.stderr
            .wait_for(deadline, read)
            .unwrap_or_else(|| self.give_up("stderr", deadline))
    }

    /// What stood on stderr until now.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// What stood on stdout until now.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.pid.as_raw_pid().unsigned_abs()
    }

    /// Asks it to end (SIGTERM) and waits.
    ///
    /// # Panics
    /// When it has not ended by the deadline.
    pub fn terminate(&mut self, deadline: Duration) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait(deadline)
            .unwrap_or_else(|| self.give_up("exit after SIGTERM", deadline))
    }

    /// Asks it to end (SIGTERM), and does not wait; only for one that is known to run.
    pub fn ask_to_end(&self) {
        // It may have ended nevertheless; whoever waits for it hears how.
        let _ = kill_process(self.pid, Signal::TERM);
    }

    /// Ends it at once, as a crash would (SIGKILL).
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait(KILL_DEADLINE);
    }

    /// Its exit status, when it ends before the deadline; its output is whole then.
    pub fn wait(&mut self, deadline: Duration) -> Option<ExitStatus> {
        if self.exited.is_none() {
            let exit = self.exit.get_mut().unwrap_or_else(PoisonError::into_inner);
            self.exited = exit.recv_timeout(deadline).ok();
            if self.exited.is_some() {
                self.stdout.finish();
                self.stderr.finish();
            }
        }
        self.exited
    }

    /// Sends SIGHUP.
    pub fn hang_up(&mut self) {
        self.signal(Signal::HUP);
    }

    /// Signals it unless it is known to have ended: its id could be another's by then.
    fn signal(&mut self, signal: Signal) {
        if self.wait(Duration::ZERO).is_none() {
            // It may end in between; the wait that follows tells.
            let _ = kill_process(self.pid, signal);
        }
    }

    fn give_up<T>(&self, what: &str, deadline: Duration) -> T {
        let (name, seconds, log) = (&self.name, deadline.as_secs(), tail(&self.stderr()));
        super::fail(&format!(
            "{name}: waited {seconds} s in vain for {what}; its last lines:\n{log}"
        ))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        if self.wait(TERM_DEADLINE).is_none() {
            self.kill();
        }
        if let Some(mut watchdog) = self.watchdog.take() {
            drop((watchdog.kill(), watchdog.wait()));
        }
        if thread::panicking() {
            super::programs::progress(&format!(
                "{}: its last lines:\n{}",
                self.name,
                tail(&self.stderr())
            ));
        }
    }
}

/// One output of a child: copied to a file by a thread, line by line. By default there is none.
#[derive(Default)]
struct Stream {
    lines: Arc<Lines>,
    copying: Option<thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Lines {
    state: Mutex<LinesState>,
    changed: Condvar,
}

#[derive(Default)]
struct LinesState {
    lines: Vec<String>,
    ended: bool,
}

impl Stream {
    fn keep(pipe: impl Read + Send + 'static, path: PathBuf) -> Self {
        let lines = Arc::<Lines>::default();
        let mut file = create(&path);
        let copied = Arc::clone(&lines);
        let copying = thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                file.write_all(&line)
                    .expect("the sandbox's log files are writable");
                copied.push(String::from_utf8_lossy(&line).trim_end().to_owned());
                line.clear();
            }
            copied.end();
        });
        Self {
            lines,
            copying: Some(copying),
        }
    }

    fn wait_for<T>(&self, deadline: Duration, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let end = Instant::now() + deadline;
        let mut state = self.lines.lock();
        let mut seen = 0;
        loop {
            let found = state.lines.iter().skip(seen).find_map(|line| read(line));
            let left = end.saturating_duration_since(Instant::now());
            if found.is_some() || state.ended || left.is_zero() {
                return found;
            }
            seen = state.lines.len();
            let waited = self.lines.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn text(&self) -> String {
        self.lines.lock().lines.join("\n")
    }

    fn finish(&mut self) {
        if let Some(copying) = self.copying.take() {
            drop(copying.join());
        }
    }
}

impl Lines {
    fn lock(&self) -> std::sync::MutexGuard<'_, LinesState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: String) {
        self.lock().lines.push(line);
        self.changed.notify_all();
    }

    fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }
}

fn create(log: &Path) -> File {
    File::create(log).expect("the sandbox's log directory is writable")
}

/// Reads from a pipe that only this process writes to: its end means that this process is gone.
fn watchdog(pid: Pid) -> Option<Child> {
    let script = format!("read line; kill -KILL {}", pid.as_raw_pid());
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Without a shell only a killed test leaves its children behind.
    shell.spawn().ok()
}

fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    let from = lines.len().saturating_sub(TAIL_LINES);
    super::scan::without_bearers(&lines.get(from..).unwrap_or_default().join("\n"))
}

const TERM_DEADLINE: Duration = Duration::from_secs(3);
const KILL_DEADLINE: Duration = Duration::from_secs(10);
const TAIL_LINES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::sandbox::Sandbox;

    fn shell(sandbox: &Sandbox, script: &str) -> Process {
        sandbox
            .command("/bin/sh")
            .args(["-c", script])
            .start("shell")
    }

    fn is_running(pid: Pid) -> bool {
        rustix::process::test_kill_process(pid).is_ok()
    }

    #[test]
    fn finds_a_line_of_either_output_and_keeps_both_in_files() {
        let sandbox = Sandbox::new("self");
        let mut process = shell(&sandbox, "echo one; echo port 7; echo oops >&2");
        let second = Duration::from_secs(30);
        let port: u16 =
            process.wait_for_stdout(second, |line| line.strip_prefix("port ")?.parse().ok());
        assert_eq!(7, port);
        assert!(process.wait_for_stderr(second, |line| Some(line == "oops")));
        assert_eq!(
            Some(0),
            process.wait(second).and_then(|status| status.code())
        );
        drop(process);
        let files = (
            sandbox.read("logs/shell.stdout"),
            sandbox.read("logs/shell.stderr"),
        );
        assert_eq!(("one\nport 7\n".to_owned(), "oops\n".to_owned()), files);
    }

    #[test]
    fn ends_a_child_that_ignores_being_asked() {
        let sandbox = Sandbox::new("self");
        let deaf = "trap '' TERM; echo ready; while :; do read line || sleep 1; done";
        let process = shell(&sandbox, deaf);
        process.wait_for_stdout(Duration::from_secs(30), |line| {
            (line == "ready").then_some(())
        });
        let pid = process.pid;
        assert!(is_running(pid));
        drop(process);
        assert!(!is_running(pid));
    }

    #[test]
    fn a_child_dies_with_a_process_that_is_killed() {
        let sandbox = Sandbox::new("self");
        let mut process = shell(&sandbox, "echo ready; exec sleep 600");
        process.wait_for_stdout(Duration::from_secs(30), |line| {
            (line == "ready").then_some(())
        });
        // What the death of this process does: the watchdog's pipe closes.
        drop(
            process
                .watchdog
                .as_mut()
                .and_then(|watchdog| watchdog.stdin.take()),
        );
        let status = process
            .wait(Duration::from_secs(30))
            .expect("the watchdog kills it");
        assert_eq!(None, status.code());
    }
}
