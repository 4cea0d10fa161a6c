//! Builds programs with Go, with progress on stderr.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::Path,
    process::{ChildStderr, Command, Stdio},
    sync::mpsc,
    thread,
};

use super::{GoError, GoModule, GoProgram, io_error, progress::Progress};
use crate::support::{control_plane::Reaper, programs::progress};

/// Builds the programs of `module` into `destination`, which appears whole or not at all.
///
/// # Errors
/// When there is no Go, or it fails.
pub(super) fn build(module: &GoModule, destination: &Path, reaper: &Reaper) -> Result<(), GoError> {
    let names = module.names();
    if let Err(error) = Command::new("go").arg("version").output() {
        return Err(match error.kind() {
            io::ErrorKind::NotFound => GoError::NoGo { names },
            _ => io_error("run", Path::new("go"))(error),
        });
    }
    progress(&format!("building {names} with Go: minutes, this once …"));
    let parent = destination.parent().unwrap_or(destination);
    let partial = tempfile::Builder::new()
        .prefix("partial-")
        .tempdir_in(parent)
        .map_err(io_error("create a directory in", parent))?;
    reaper
        .remove_at_end(partial.path())
        .map_err(io_error("watch", partial.path()))?;
    let go_mod = module.source().join("go.mod");
    let go_mod = fs::read_to_string(&go_mod).map_err(io_error("read", &go_mod))?;
    for program in module.programs {
        let version = version(&go_mod, program.module).ok_or(GoError::Module {
            directory: module.directory,
            module: program.module,
        })?;
        let mut command = go(version);
        command
            .current_dir(module.source())
            .arg("-o")
            .arg(partial.path().join(program.name))
            .arg(program.package);
        compile(program, version, command, reaper)?;
    }
    fs::rename(partial.path(), destination).map_err(io_error("rename to", destination))
}

fn go(version: &str) -> Command {
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    // Without it kubectl cannot parse the server's version, nor its own, and exits with 1.
    let stamp = "k8s.io/component-base/version";
    let ldflags = format!(
        "-s -w -X {stamp}.gitVersion={version} -X {stamp}.gitMajor={major} -X {stamp}.gitMinor={minor}"
    );
    let mut go = Command::new("go");
    go.env("CGO_ENABLED", "0")
        .args([
            "build",
            "-v",
            "-trimpath",
            "-mod=readonly",
            "-buildvcs=false",
            "-ldflags",
            &ldflags,
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    go
}

/// The version that go.mod requires of `module`.
fn version<'a>(go_mod: &'a str, module: &str) -> Option<&'a str> {
    go_mod
        .lines()
        .filter_map(|line| line.trim().strip_prefix(module)?.strip_prefix(' '))
        .find_map(|rest| {
            rest.split_whitespace()
                .next()
                .filter(|word| word.starts_with('v'))
        })
}

fn compile(
    program: &GoProgram,
    version: &str,
    mut command: Command,
    reaper: &Reaper,
) -> Result<(), GoError> {
    let title = format!("{} {version}", program.name);
    let mut progress = Progress::new(title);
    let mut go = reaper
        .spawn(&mut command)
        .map_err(io_error("run", Path::new("go")))?;
    let lines = go.child().stderr.take().map(read_lines);
    progress.follow(lines);
    let status = go
        .child()
        .wait()
        .map_err(io_error("wait for", Path::new("go")))?;
    progress.finish();
    if status.success() {
        return Ok(());
    }
    let tail = progress.last.into_iter().collect::<Vec<_>>().join("\n");
    Err(GoError::Build {
        name: program.name,
        tail,
    })
}

fn read_lines(stderr: ChildStderr) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_versions_from_the_requirements_and_not_from_the_tools_or_replacements() {
        let go_mod = "tool (\n\tk8s.io/api\n)\nrequire (\n\tk8s.io/api v0.36.3 // indirect\n)\n\
                      replace (\n\tk8s.io/api => k8s.io/api v0.1.0\n)\n";
        assert_eq!(version(go_mod, "k8s.io/api"), Some("v0.36.3"));
        assert_eq!(version(go_mod, "k8s.io/apiserver"), None);
    }
}
