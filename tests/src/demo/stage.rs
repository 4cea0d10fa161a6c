//! Where the demo plays: a directory of its own, the programs in it, and a shell to run them.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{Failure, Screen, cast::REGION};
use crate::support::{
    control_plane::{Reaper, Ward},
    programs::Program,
};

/// A directory that goes when the demo ends, however it ends.
#[derive(Debug)]
pub struct Stage {
    /// What the audience sees.
    pub screen: Arc<Screen>,
    directory: PathBuf,
    reaper: Reaper,
    since: Instant,
}

/// What a command is expected to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// It succeeds, and what it writes contains this.
    Shows(&'static str),
    /// It fails, and what it writes contains this.
    Refused(&'static str),
}

/// A server that was started by a command, and the file that holds what it writes.
#[derive(Debug)]
pub(super) struct Server {
    ward: Ward,
    log: PathBuf,
    name: &'static str,
}

impl Stage {
    /// A new directory, with the programs of this workspace in `bin/`.
    ///
    /// # Errors
    /// When it cannot be made.
    ///
    /// # Panics
    /// When a program of this workspace does not build.
    pub fn build(reaper: &Reaper, screen: Arc<Screen>) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new()
            .prefix("iam-demo-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in("/tmp")
            .and_then(|directory| directory.keep().canonicalize())
            .map_err(Failure::of("make a directory in /tmp"))?;
        reaper
            .remove_at_end(&directory)
            .map_err(Failure::of("arrange for the directory's removal"))?;
        let mut stage = Self {
            screen,
            directory,
            reaper: reaper.clone(),
            since: Instant::now(),
        };
        for name in ["bin", "cluster", "home"] {
            fs::create_dir(stage.path(name)).map_err(Failure::of("make a directory"))?;
        }
        for program in [
            Program::TokenExec,
            Program::KubeconfigGen,
            Program::AuthzWebhook,
            Program::AwsAuthSync,
        ] {
            stage.install(program.name(), program.path())?;
        }
        stage.write("env", &stage.environment())?;
        // The builds are over: what counts is the play.
        stage.since = Instant::now();
        Ok(stage)
    }

    /// The demo's directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What ends everything that was started here.
    #[must_use]
    pub const fn reaper(&self) -> &Reaper {
        &self.reaper
    }

    /// When the demo began.
    pub(super) const fn since(&self) -> Instant {
        self.since
    }

    /// A path in the demo's directory.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Puts a program where the demo's shell finds it by name.
    pub(super) fn install(&self, name: &str, program: &Path) -> Result<(), Failure> {
        symlink(program, self.path("bin").join(name)).map_err(Failure::of("link a program"))
    }

    /// Writes a file into the demo's directory.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.path(name), text).map_err(Failure::of(&format!("write {name}")))
    }

    /// Writes one that only its owner may read.
    pub(super) fn write_private(&self, name: &str, text: &str) -> Result<(), Failure> {
        self.write(name, "")?;
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600))
            .map_err(Failure::of(&format!("restrict {name}")))?;
        self.write(name, text)
    }

    /// Shows `line`, runs it, shows what it wrote and how long it took.
    pub(super) fn run(&self, line: &str, outcome: Outcome) -> Result<String, Failure> {
        let text = self.run_quietly(line, outcome)?;
        self.screen.output(&text);
        Ok(text)
    }

    /// The same without showing what it wrote.
    pub(super) fn run_quietly(&self, line: &str, outcome: Outcome) -> Result<String, Failure> {
        self.screen.command(line);
        let begin = Instant::now();
        let (success, text) = self.finish(line)?;
        self.screen.took(begin.elapsed());
        outcome.check(line, success, text)
    }

    /// Shows `line`, runs it, and takes the value that it gave to a variable of the shell.
    pub(super) fn run_for_variable(&self, line: &str, variable: &str) -> Result<String, Failure> {
        self.screen.command(line);
        let begin = Instant::now();
        let (success, text) = self.finish(&format!("{line} && printf %s \"${variable}\""))?;
        self.screen.took(begin.elapsed());
        Outcome::Shows("").check(line, success, text)
    }

    /// Shows `line` and starts it; its output goes to `NAME.log`.
    pub(super) fn start(&self, name: &'static str, line: &str) -> Result<Server, Failure> {
        self.screen.command(line);
        let log = self.path(&format!("{name}.log"));
        let attempt = || {
            let file = fs::File::create(&log)?;
            // `exec`: the server is the leader, not a shell that waits for it.
            let mut command = self.shell(&format!("exec {line}"));
            self.reaper
                .spawn(command.stdout(file.try_clone()?).stderr(file))
        };
        let ward = attempt().map_err(Failure::of(&format!("start {name}")))?;
        Ok(Server { ward, log, name })
    }

    /// Whether `line` succeeded, and all that it wrote.
    fn finish(&self, line: &str) -> Result<(bool, String), Failure> {
        let log = self.path("output");
        let attempt = || {
            let file = fs::File::create(&log)?;
            let mut command = self.shell(line);
            let mut ward = self
                .reaper
                .spawn(command.stdout(file.try_clone()?).stderr(file))?;
            let status = ward.wait_until(Instant::now() + PATIENCE)?;
            let written = fs::read(&log)?;
            fs::remove_file(&log)?;
            Ok((status, written))
        };
        let (status, bytes) = attempt()
            .map_err(|error: std::io::Error| Failure::of(&format!("run `{line}`"))(error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match status {
            Some(status) => Ok((status.success(), text)),
            None => Err(
                Failure::new(format!("`{line}` did not end within {PATIENCE:?}"))
                    .with_log("its output", &text),
            ),
        }
    }

    /// A shell in the demo's directory that sees nothing of the user's own settings.
    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", &format!(". ./env\n{line}")])
            .current_dir(&self.directory)
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .stdin(Stdio::null());
        shell
    }

    /// The file that makes any shell like the demo's own. The keys are in the files it names.
    fn environment(&self) -> String {
        let directory = self.directory.display();
        format!(
            "export KUBECONFIG={directory}/kubeconfig\n\
             export PATH={directory}/bin:$PATH\n\
             export AWS_CONFIG_FILE={directory}/aws-config\n\
             export AWS_SHARED_CREDENTIALS_FILE={directory}/aws-credentials\n\
             export AWS_REGION={REGION}\n\
             export AWS_EC2_METADATA_DISABLED=true\n\
             unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN\n"
        )
    }
}

impl Outcome {
    fn check(self, line: &str, success: bool, text: String) -> Result<String, Failure> {
        let (wanted, word, verb) = match self {
            Self::Shows(word) => (true, word, "succeed"),
            Self::Refused(word) => (false, word, "be refused"),
        };
        if success == wanted && text.contains(word) {
            return Ok(text);
        }
        let line = line
            .replace("\\\n", "")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let what = if success == wanted {
            format!("`{line}` should have said {word:?}")
        } else {
            format!("`{line}` should {verb}")
        };
        Err(Failure::new(what).with_log("its output", &text))
    }
}

impl Server {
    /// What it wrote so far.
    pub(super) fn log(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until `seen` gives a value, while the server lives.
    pub(super) fn wait_for<T>(
        &mut self,
        what: &str,
        seen: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            if let Some(value) = seen(&log) {
                return Ok(value);
            }
            let ended = self.ward.ended().map_err(Failure::of(self.name))?;
            let failure = match ended {
                Some(status) => format!("{} ended ({status})", self.name),
                None if Instant::now() > deadline => format!("{}: {what}: in vain", self.name),
                None => {
                    thread::sleep(Duration::from_millis(10));
                    continue;
                }
            };
            return Err(Failure::new(failure).with_log(&format!("{}.log", self.name), &log));
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(60);
