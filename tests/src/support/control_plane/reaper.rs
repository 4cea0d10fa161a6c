//! Nothing outlives the process that started it: a shell that waits for that process to end.
//!
//! `Drop` runs neither for statics nor after SIGKILL, and a parent-death signal needs `unsafe`.
//! A child that reads a pipe needs neither: however its parent ends, the pipe closes, and the
//! child kills the process groups it was told of and removes the directories.

use std::{
    io::{self, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

/// Ends process groups and removes directories when its last clone is dropped, or when this
/// process dies.
#[derive(Clone, Debug)]
pub struct Reaper {
    shell: Arc<Mutex<Shell>>,
}

/// A process and its group, killed on drop.
#[derive(Debug)]
pub struct Ward {
    child: Child,
    reaper: Reaper,
}

#[derive(Debug)]
struct Shell {
    child: Child,
    orders: Option<ChildStdin>,
}

impl Reaper {
    /// Starts the shell that waits.
    ///
    /// # Errors
    /// When there is no `/bin/sh`.
    pub fn start() -> io::Result<Self> {
        let mut child = Command::new("/bin/sh")
            .args(["-c", WAIT_THEN_REAP])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            // Ctrl-C reaches the whole foreground group: this one has to stay for the cleaning.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let orders = child.stdin.take();
        Ok(Self {
            shell: Arc::new(Mutex::new(Shell { child, orders })),
        })
    }

    /// Spawns `command` as the leader of a process group that ends with this reaper.
    ///
    /// # Errors
    /// When the program cannot be started, or the reaper has ended.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Ward> {
        // The lock is held over the spawn: `end` sees either no child, or one it was told of.
        let mut shell = self.shell();
        if shell.orders.is_none() {
            return Err(taken_down());
        }
        let child = command.process_group(0).spawn()?;
        shell.order("group", &child.id().to_string())?;
        drop(shell);
        Ok(Ward {
            child,
            reaper: self.clone(),
        })
    }

    /// Removes `directory`, with all that is in it, when this reaper ends.
    ///
    /// # Errors
    /// When the reaper has ended, or the path cannot be written on one line.
    pub fn remove_at_end(&self, directory: &Path) -> io::Result<()> {
        let path = directory
            .to_str()
            .filter(|path| directory.is_absolute() && !path.contains('\n'))
            .ok_or_else(|| io::Error::other("not an absolute path on one line of UTF-8"))?;
        self.shell().order("directory", path)
    }

    /// Takes everything down now, and returns when it is done.
    pub fn end(&self) {
        self.shell().end();
    }

    fn shell(&self) -> MutexGuard<'_, Shell> {
        self.shell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ward {
    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Its process id, which is its group's as well.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its exit status, when it has ended.
    ///
    /// # Errors
    /// When the operating system cannot tell.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for its end until `deadline`; `None` when it is still running then.
    ///
    /// # Errors
    /// When the operating system cannot tell.
    pub fn wait_until(&mut self, deadline: Instant) -> io::Result<Option<ExitStatus>> {
        loop {
            match self.child.try_wait()? {
                None if Instant::now() < deadline => thread::sleep(POLL),
                status => return Ok(status),
            }
        }
    }

    /// Asks it to end: SIGTERM, to the leader alone.
    pub fn terminate(&self) {
        let _ = rustix::process::kill_process(Pid::from_child(&self.child), Signal::TERM);
    }
}

impl Drop for Ward {
    fn drop(&mut self) {
        // The leader may be gone while its children live on: the group is what is killed, and
        // before the leader is waited for, which is when its number becomes free.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
        let _ = self
            .reaper
            .shell()
            .order("gone", &self.child.id().to_string());
    }
}

impl Shell {
    fn order(&mut self, verb: &str, value: &str) -> io::Result<()> {
        self.orders.as_mut().map_or_else(
            || Err(taken_down()),
            |pipe| writeln!(pipe, "{verb} {value}"),
        )
    }

    fn end(&mut self) {
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.end();
    }
}

fn taken_down() -> io::Error {
    io::Error::other("everything is being taken down")
}

const POLL: Duration = Duration::from_millis(2);

/// A killed process may still be creating a file while its directory goes: hence the second try.
const WAIT_THEN_REAP: &str = r#"
trap '' INT TERM HUP
groups=' '
while IFS=' ' read -r verb value; do
    case $verb in
        group) groups="$groups$value " ;;
        gone) groups="${groups%% $value *} ${groups#* $value }" ;;
        directory) set -- "$@" "$value" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
[ $# -eq 0 ] || rm -rf -- "$@" || { sleep 1; rm -rf -- "$@"; }
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kills_the_whole_group_and_removes_the_directory_at_the_end() {
        let reaper = Reaper::start().unwrap();
        let directory = tempfile::tempdir().unwrap().keep();
        reaper.remove_at_end(&directory).unwrap();
        let marker = directory.join("pid of the grandchild");
        let mut gone = reaper.spawn(&mut Command::new("true")).unwrap();
        gone.wait_until(Instant::now() + Duration::from_secs(10))
            .unwrap();
        drop(gone);
        let script = format!("sleep 600 & echo $! >'{}'; wait", marker.display());
        let mut ward = reaper
            .spawn(Command::new("sh").args(["-c", &script]))
            .unwrap();
        let grandchild = loop {
            match std::fs::read_to_string(&marker) {
                Ok(text) if text.ends_with('\n') => break text.trim().parse().unwrap(),
                _ => thread::sleep(POLL),
            }
        };

        reaper.end();

        let deadline = Instant::now() + Duration::from_secs(10);
        assert!(
            ward.wait_until(deadline)
                .unwrap()
                .is_some_and(|status| !status.success())
        );
        let grandchild = Pid::from_raw(grandchild).unwrap();
        while rustix::process::test_kill_process(grandchild).is_ok() {
            assert!(Instant::now() < deadline, "the grandchild lives on");
            thread::sleep(POLL);
        }
        assert!(!directory.exists());
        assert!(reaper.spawn(&mut Command::new("true")).is_err());
    }
}
