//! The programs that read scripts and pages.

use std::io::Write as _;
use std::process::{Command as Process, Output, Stdio};

use clap::Command;
use clap_complete::Shell;

/// Fails where groff warns of the page.
pub(super) fn assert_page_is_read(page: &str) {
    // -ww: every warning; -z: nothing is printed.
    if let Some(output) = feed("groff", &["-man", "-Tutf8", "-ww", "-z"], page) {
        assert_accepted("groff", &output);
    }
}

/// Fails where a shell does not take the script, or does not complete by it.
pub(super) fn assert_completes(shell: Shell, command: &Command, script: &str) {
    let name = command.get_name();
    let Some(session) = Session::of(shell, name, script) else {
        return;
    };
    let Some(output) = feed(session.reader, session.arguments, &session.input) else {
        return;
    };
    assert_accepted(session.reader, &output);
    let printed = String::from_utf8_lossy(&output.stdout);
    let offers: Vec<&str> = printed.split_whitespace().collect();
    let expected: Vec<String> = match shell {
        Shell::Zsh => vec![format!("_{name}")],
        _ => super::longs(command)
            .map(|long| format!("--{long}"))
            .collect(),
    };
    for expected in expected {
        let offered = offers.contains(&expected.as_str());
        assert!(offered, "{shell} does not offer {expected}: {printed}");
    }
}

/// What a shell is told: the script, and to complete `NAME --`.
struct Session {
    reader: &'static str,
    arguments: &'static [&'static str],
    input: String,
}

impl Session {
    fn of(shell: Shell, name: &str, script: &str) -> Option<Self> {
        let (reader, arguments, input): (_, &[&str], _) = match shell {
            Shell::Bash => (
                "bash",
                &["--norc"],
                format!(
                    "{script}\nCOMP_WORDS=({name} --) COMP_CWORD=1 how=$(complete -p {name})\n\
                     how=${{how##*-F }}\n${{how%% *}} {name} -- {name}\n\
                     printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
                ),
            ),
            // What it offers shows in its line editor alone; so only that it knows whom to ask.
            Shell::Zsh => (
                "zsh",
                &["-f"],
                format!(
                    "autoload -U compinit\ncompinit -u -D\n{script}\nprint ${{_comps[{name}]}}\n"
                ),
            ),
            Shell::Fish => (
                "fish",
                &["--no-config"],
                format!("{script}\ncomplete -C '{name} --'\n"),
            ),
            _ => return None,
        };
        Some(Self {
            reader,
            arguments,
            input,
        })
    }
}

fn assert_accepted(reader: &str, output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{reader}: {said}"
    );
}

/// Runs a reader on `text`; `None` where the machine lacks it and may.
fn feed(reader: &str, arguments: &[&str], text: &str) -> Option<Output> {
    let mut process = Process::new(reader);
    process.args(arguments).stdin(Stdio::piped());
    let started = process
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        assert!(!is_required(reader), "{reader} is not installed");
        eprintln!("SKIPPED: what {reader} would say, which is not installed");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    Some(child.wait_with_output().unwrap())
}

#[expect(
    clippy::disallowed_methods,
    reason = "whether the machine is one that must have everything"
)]
fn is_required(reader: &str) -> bool {
    match reader {
        "bash" => cfg!(unix),
        _ => std::env::var_os("CI").is_some(),
    }
}
