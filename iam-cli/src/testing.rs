//! What the tests of every program share: that scripts and pages tell the whole definition.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may stop where its own ground gives way, and says what it leaves out"
)]

mod readers;

use std::collections::BTreeSet;

use clap::{Arg, Command, ValueEnum as _};
use clap_complete::Shell;

use crate::Definition;

/// Fails where a script or a page leaves out a subcommand or a long option, or where its reader
/// (bash; zsh, fish and groff where they are, as in continuous integration) does not take it.
pub fn assert_told(command: fn() -> Command) {
    let mut definition = command().disable_help_subcommand(true);
    definition.build();
    for shell in Shell::value_variants().iter().copied() {
        let script = Definition::Completions { shell }.print(command()).unwrap();
        let words = words(&script);
        for_each(&definition, &mut |inner| {
            for said in expected(inner, shell) {
                assert!(words.contains(said.as_str()), "{shell}: {said} is missing");
            }
        });
        readers::assert_completes(shell, &definition, &script);
        if shell == Shell::Bash {
            for_each(&definition, &mut |inner| assert_offered(inner, &script));
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let dir = Some(directory.path().to_owned());
    let printed = Definition::Man { dir }.print(command()).unwrap();
    assert_eq!(printed, "");
    for_each(&definition, &mut |inner| {
        let name = inner.get_display_name().unwrap_or(inner.get_name());
        let path = directory.path().join(format!("{name}.1"));
        assert_page(inner, &std::fs::read_to_string(path).unwrap());
    });
    let page = Definition::Man { dir: None }.print(command()).unwrap();
    assert_page(&definition, &page);
}

fn for_each(command: &Command, check: &mut dyn FnMut(&Command)) {
    check(command);
    for inner in command.get_subcommands() {
        for_each(inner, check);
    }
}

/// The subcommands and long options of one command, as the scripts of `shell` spell them.
fn expected(command: &Command, shell: Shell) -> Vec<String> {
    let dashes = if shell == Shell::Fish { "" } else { "--" };
    let options = longs(command).map(|long| format!("{dashes}{long}"));
    let subcommands = command.get_subcommands().map(Command::get_name);
    options.chain(subcommands.map(str::to_owned)).collect()
}

fn longs(command: &Command) -> impl Iterator<Item = &str> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    shown.filter_map(Arg::get_long)
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .collect()
}

/// In bash's script, one line offers all that one command takes.
fn assert_offered(command: &Command, script: &str) {
    let expected = expected(command, Shell::Bash);
    let mut offers = script.lines().filter(|line| line.contains("opts=\""));
    let told = offers.any(|line| {
        let words = words(line);
        expected.iter().all(|said| words.contains(said.as_str()))
    });
    assert!(told, "bash offers no line of {expected:?}");
}

fn assert_page(command: &Command, page: &str) {
    let fonts = ["\\fB", "\\fI", "\\fR"];
    let plain = fonts.iter().fold(page.replace("\\-", "-"), |page, font| {
        page.replace(font, "")
    });
    let words = words(&plain);
    for long in longs(command) {
        let option = format!("--{long}");
        assert!(words.contains(option.as_str()), "{option}: not on the page");
    }
    readers::assert_page_is_read(page);
}

#[cfg(test)]
mod tests {
    use clap::Subcommand as _;

    use super::*;

    fn command() -> Command {
        let inner = Command::new("inner").arg(Arg::new("deep").long("deep").help("Deep"));
        Definition::augment_subcommands(Command::new("p").about("P").subcommand(inner))
    }

    #[test]
    fn a_whole_definition_is_told() {
        assert_told(command);
    }

    fn with_one_more() -> Command {
        command().arg(Arg::new("new").long("new"))
    }

    #[test]
    #[should_panic(expected = "--new: not on the page")]
    fn an_option_that_is_not_on_the_page_is_noticed() {
        let page = Definition::Man { dir: None }.print(command()).unwrap();
        assert_page(&with_one_more(), &page);
    }

    #[test]
    #[should_panic(expected = "bash does not offer --new")]
    fn an_option_that_bash_does_not_complete_is_noticed() {
        let shell = Shell::Bash;
        let script = Definition::Completions { shell }.print(command()).unwrap();
        readers::assert_completes(shell, &with_one_more(), &script);
    }

    #[test]
    #[should_panic(expected = "bash offers no line of")]
    fn an_option_that_bash_does_not_offer_is_noticed() {
        let shell = Shell::Bash;
        let script = Definition::Completions { shell }.print(command()).unwrap();
        assert_offered(&with_one_more(), &script);
    }
}
