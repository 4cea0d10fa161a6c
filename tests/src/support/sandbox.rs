//! One story's own corner of the machine: a HOME, a cleared environment, and a search of
//! everything captured for the secrets that were issued in it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{NamedTempFile, TempDir};

use super::command::Command;
use super::keys::Keys;
use super::scan::Secrets;

/// A temporary directory with `home/`, `home/.aws/`, `cache/`, `logs/` and `tmp/`. On drop every
/// file in it is scanned; one that shows an issued secret, a signature or a bearer token fails the
/// test, unless [`Sandbox::may_hold_secrets`] named it.
pub struct Sandbox {
    directory: TempDir,
    secrets: Secrets,
    excepted: Mutex<BTreeSet<PathBuf>>,
}

impl Sandbox {
    /// A new sandbox. The name is part of its path, so keep it short: Unix sockets may live there.
    ///
    /// # Panics
    /// When the temporary directory cannot be made.
    pub fn new(name: &str) -> Self {
        let prefix = format!("e2e-{name}-");
        let directory = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir()
            .expect("a temporary directory can be made");
        for child in ["home/.aws", "cache", "logs", "tmp"] {
            fs::create_dir_all(directory.path().join(child)).expect("the sandbox is writable");
        }
        Self {
            directory,
            secrets: Secrets::default(),
            excepted: Mutex::default(),
        }
    }

    /// Its root.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// `HOME` of what runs in it.
    pub fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    /// `XDG_CACHE_HOME` of what runs in it.
    pub fn cache(&self) -> PathBuf {
        self.path().join("cache")
    }

    /// Where the output of its processes is kept.
    pub fn logs(&self) -> PathBuf {
        self.path().join("logs")
    }

    /// The secrets issued in it: hand it to whatever issues more.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A command in its cleared environment: a [`Program`](super::programs::Program) or a path.
    pub fn command(&self, program: impl Into<PathBuf>) -> Command<'_> {
        Command::new(self, program.into())
    }

    /// Writes a file below its root, with its directories.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        let directory = path.parent().expect("a file has a directory");
        fs::create_dir_all(directory).expect("the sandbox is writable");
        fs::write(&path, content).expect("the sandbox is writable");
        path
    }

    /// Puts a file in another's place at once, as editors and mounts do.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn replace(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        // A name of its own: tests that share a sandbox replace files at the same time.
        let mut new = NamedTempFile::new_in(self.path()).expect("the sandbox is writable");
        new.write_all(content.as_ref())
            .expect("the sandbox is writable");
        let readable = fs::Permissions::from_mode(0o644);
        fs::set_permissions(new.path(), readable).expect("the mode of an own file can be set");
        new.persist(self.path().join(path))
            .expect("the sandbox is writable");
    }

    /// The text of a file below its root.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path().join(path)).expect("the file can be read")
    }

    /// Writes a file that only its owner may read and that may hold secrets.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write_private(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(path, content);
        let owner_only = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&path, owner_only).expect("the mode of an own file can be set");
        self.may_hold_secrets(&path);
        path
    }

    /// The files below a directory of it; none when there is no such directory.
    pub fn files(&self, directory: impl AsRef<Path>) -> Vec<PathBuf> {
        files_below(&self.path().join(directory))
    }

    /// Excepts a file from the scan: AWS credentials files, say.
    pub fn may_hold_secrets(&self, path: impl AsRef<Path>) {
        let path = self.path().join(path);
        self.excepted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path);
    }

    /// Writes `home/.aws/credentials` with a profile for each of `keys`.
    pub fn credentials_file(&self, profiles: &[(&str, &Keys)]) -> PathBuf {
        let sections = profiles.iter().map(|(profile, keys)| {
            let token = keys.session_token.as_ref();
            let token = token
                .map(|token| format!("aws_session_token = {token}\n"))
                .unwrap_or_default();
            let (id, secret) = (&keys.access_key_id, &keys.secret_access_key);
            format!(
                "[{profile}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n{token}\n"
            )
        });
        self.write_private("home/.aws/credentials", sections.collect::<String>())
    }

    /// What a command in it finds in its environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            // Even a client that overlooks the line above asks nobody.
            (
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                "http://127.0.0.1:1".into(),
            ),
            ("AWS_MAX_ATTEMPTS", "1".into()),
            ("HOME", self.home()),
            ("LANG", "C.UTF-8".into()),
            ("NO_PROXY", "*".into()),
            ("PATH", "/usr/bin:/bin".into()),
            ("TMPDIR", self.path().join("tmp")),
            ("XDG_CACHE_HOME", self.cache()),
        ]
    }

    fn scan(&self) {
        let excepted = self.excepted.lock().unwrap_or_else(PoisonError::into_inner);
        for file in files_below(self.path()) {
            if !excepted.contains(&file) {
                // A file that vanishes meanwhile shows nothing any more.
                let bytes = fs::read(&file).unwrap_or_default();
                let place = file
                    .strip_prefix(self.path())
                    .unwrap_or(&file)
                    .display()
                    .to_string();
                self.secrets
                    .assert_absent_from(&place, &String::from_utf8_lossy(&bytes));
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.scan();
        }
    }
}

/// Every regular file below `directory`; links are not followed.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_below(&entry.path()),
            Ok(kind) if kind.is_file() => vec![entry.path()],
            Ok(_) | Err(_) => Vec::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use super::*;

    const SHELL: &str = "/bin/sh";

    fn panics(story: impl FnOnce()) -> bool {
        catch_unwind(AssertUnwindSafe(story)).is_err()
    }

    fn sandbox_with(keys: &Keys) -> Sandbox {
        let sandbox = Sandbox::new("self");
        sandbox
            .secrets()
            .add("secret access key", &keys.secret_access_key);
        sandbox
    }

    #[test]
    fn fails_at_its_end_when_a_file_shows_a_secret() {
        let keys = Keys::long_lived();
        assert!(panics(|| {
            sandbox_with(&keys).write("home/notes", &keys.secret_access_key);
        }));
        assert!(!panics(|| {
            sandbox_with(&keys).write("home/notes", &keys.access_key_id);
        }));
        assert!(!panics(|| {
            sandbox_with(&keys).credentials_file(&[("default", &keys)]);
        }));
    }

    #[test]
    fn fails_when_a_command_or_a_process_shows_a_secret() {
        let keys = Keys::long_lived();
        for stream in ["1", "2"] {
            let print = format!("echo \"$AWS_SECRET_ACCESS_KEY\" >&{stream}");
            assert!(panics(|| {
                sandbox_with(&keys)
                    .command(SHELL)
                    .keys(&keys)
                    .args(["-c", &print])
                    .run();
            }));
            assert!(panics(|| {
                let sandbox = sandbox_with(&keys);
                let command = sandbox.command(SHELL).keys(&keys).args(["-c", &print]);
                command.start("shell").wait(Duration::from_secs(30));
            }));
        }
    }

    #[test]
    fn lets_a_bearer_stand_on_the_stdout_of_a_command_that_may_show_one() {
        let print = |stream: &str| format!("echo k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9u >&{stream}");
        let sandbox = Sandbox::new("self");
        let command = || sandbox.command(SHELL).arg("-c");
        assert_eq!(
            "k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9u",
            command().arg(print("1")).bearer()
        );
        assert!(panics(|| drop(command().arg(print("1")).run())));
        assert!(panics(|| drop(
            command().arg(print("2")).bearer_on_stdout().run()
        )));
    }

    #[test]
    fn runs_a_command_with_its_own_environment_and_nothing_else() {
        let sandbox = Sandbox::new("self");
        let output = sandbox
            .command("/usr/bin/env")
            .env("AWS_REGION", "us-west-2")
            .succeed();
        let mut names: Vec<_> = output
            .stdout
            .lines()
            .filter_map(|line| Some(line.split_once('=')?.0))
            .collect();
        names.sort_unstable();
        let own = sandbox.environment().into_iter().map(|(name, _)| name);
        let mut expected: Vec<_> = own.chain(["AWS_REGION"]).collect();
        expected.sort_unstable();
        assert_eq!(expected, names);
    }

    #[test]
    fn ends_a_command_that_outlives_its_deadline() {
        let sandbox = Sandbox::new("self");
        let endless = sandbox
            .command(SHELL)
            .args(["-c", "read line; exec sleep 600"]);
        assert!(panics(|| drop(
            endless.deadline(Duration::from_millis(50)).run()
        )));
    }
}
