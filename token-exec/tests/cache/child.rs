//! A process that asks the cache: this executable, started again for [`child`] alone.

use std::fs::OpenOptions;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use iam_aws::credentials::Credentials;
use iam_cli::{CommonArgs, LogFormat};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use token_exec::cache::{Ask, CacheDir, CacheVariables, Key, KeyBuilder, Parent, Refresh};

/// What a child is to do.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Task {
    /// Where the cache is, and beside it the list of fetches.
    pub(crate) root: PathBuf,
    /// Seconds after 1970.
    pub(crate) now: u64,
    /// How long to wait for the others.
    pub(crate) wait: Duration,
    /// Who asks.
    pub(crate) client: Client,
    /// What a fetch does.
    pub(crate) fetch: Fetch,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
pub(crate) enum Client {
    /// Nobody in particular.
    Nobody,
    /// The process that started the child.
    Parent,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
pub(crate) enum Fetch {
    /// It takes a while.
    Slow,
    /// It says `holding` and never comes back.
    Endless,
    /// It is done again and again, each time with what fills another number of bytes, after
    /// `ready` was said.
    Repeated,
}

/// What a child did.
pub(crate) struct Outcome {
    /// The access key id that it was served with.
    pub(crate) key_id: String,
    /// What it said.
    pub(crate) stderr: String,
}

/// A place for a cache, and a task in it.
pub(crate) fn task() -> (TempDir, Task) {
    let root = tempfile::tempdir().unwrap();
    let task = Task {
        root: root.path().to_owned(),
        now: 1_700_000_000,
        wait: Duration::from_mins(2),
        client: Client::Nobody,
        fetch: Fetch::Slow,
    };
    (root, task)
}

impl Task {
    /// Starts a child that does it.
    pub(crate) fn start(&self) -> Child {
        self.start_by(&mut Command::new(std::env::current_exe().unwrap()))
    }

    /// Starts a child that does it by a command that ends in this executable's path.
    pub(crate) fn start_by(&self, command: &mut Command) -> Child {
        let child = command
            .args(["--exact", "child::child", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.as_ref().unwrap();
        writeln!(stdin, "{}", serde_json::to_string(self).unwrap()).unwrap();
        child
    }

    /// How often something was fetched so far.
    pub(crate) fn fetches(&self) -> usize {
        let list = std::fs::read_to_string(self.root.join(FETCHES)).unwrap_or_default();
        list.lines().count()
    }

    /// The cache.
    pub(crate) fn cache(&self) -> CacheDir {
        let path = self.root.join("cache");
        CacheDir::locate(Some(&path), &CacheVariables::default()).unwrap()
    }

    /// The time.
    pub(crate) fn clock(&self) -> impl Fn() -> SystemTime + use<> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(self.now);
        move || now
    }
}

/// Waits for the end of a child that is to be served.
pub(crate) fn outcome(child: Child) -> Outcome {
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stdout}{stderr}");
    let key_id = stdout.lines().find_map(|line| line.strip_prefix("served "));
    Outcome {
        key_id: key_id
            .expect("a child says what it was served with")
            .to_owned(),
        stderr,
    }
}

/// Waits until a child says `word`.
pub(crate) fn wait_for(child: &mut Child, word: &str) -> BufReader<ChildStdout> {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while line.trim_end() != word {
        line.clear();
        let length = stdout.read_line(&mut line).unwrap();
        assert!(length > 0, "the child ended before it was {word}");
    }
    stdout
}

pub(crate) fn key() -> Key {
    KeyBuilder::new("processes").finish()
}

/// Credentials that say who fetched them.
pub(crate) fn credentials(id: u32, expiry: SystemTime, token_bytes: usize) -> Credentials {
    Credentials {
        access_key_id: format!("ASIA{id:016}").parse().unwrap(),
        secret_access_key: SECRET.parse().unwrap(),
        session_token: Some("t".repeat(token_bytes).parse().unwrap()),
        expiry: Some(expiry),
    }
}

#[test]
#[ignore = "started by the other tests, with a task on stdin"]
fn child() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let task: Task = serde_json::from_str(&line).expect("a task is on stdin");
    let common = CommonArgs {
        verbose: 0,
        log_format: LogFormat::Text,
    };
    iam_cli::telemetry::start(&common, None);
    match task.fetch {
        Fetch::Repeated => fill_for_ever(&task),
        Fetch::Slow | Fetch::Endless => ask_once(&task),
    }
}

fn ask_once(task: &Task) {
    let clock = task.clock();
    let ask = Ask {
        wait: task.wait,
        parent: match task.client {
            Client::Nobody => None,
            Client::Parent => Parent::of_this_process(),
        },
        ..Ask::new(&clock)
    };
    let served = task.cache().credentials(&key(), &ask, |_| fetch(task));
    say(&format!("served {}", served.unwrap().access_key_id));
}

fn fetch(task: &Task) -> io::Result<Credentials> {
    let id = std::process::id();
    let list = OpenOptions::new()
        .create(true)
        .append(true)
        .open(task.root.join(FETCHES));
    list?.write_all(format!("{id}\n").as_bytes())?;
    if let Fetch::Endless = task.fetch {
        say("holding");
        // Until the test lets go.
        io::stdin().read_to_end(&mut Vec::new())?;
    } else {
        thread::sleep(Duration::from_millis(100));
    }
    Ok(credentials(id, (task.clock())() + HOUR, 4_096))
}

fn fill_for_ever(task: &Task) {
    let clock = task.clock();
    let ask = Ask {
        parent: Parent::of_this_process(),
        refresh: Refresh::Now,
        ..Ask::new(&clock)
    };
    say("ready");
    for bytes in (1..8_192).step_by(61).cycle() {
        let fetched = task.cache().credentials(&key(), &ask, |_| {
            Ok::<_, io::Error>(credentials(std::process::id(), clock() + HOUR, bytes))
        });
        fetched.unwrap();
    }
}

/// In one write, so that no other line comes between.
fn say(line: &str) {
    io::stdout()
        .write_all(format!("\n{line}\n").as_bytes())
        .unwrap();
}

/// The names in a directory.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

pub(crate) const HOUR: Duration = Duration::from_hours(1);
const FETCHES: &str = "fetches";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
