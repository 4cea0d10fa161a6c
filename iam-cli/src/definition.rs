//! What is made from the definition of a command line: completion scripts and manual pages.

mod page;

use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Command, Subcommand, ValueHint};
use clap_complete::Shell;
use thiserror::Error;

use crate::file::{self, FileError, Mode};

/// The subcommands that every program has beside its own.
#[derive(Clone, Debug, Eq, PartialEq, Subcommand)]
pub enum Definition {
    /// Print the completion script of a shell
    ///
    /// bash and zsh: eval "$(PROGRAM completions bash)" in the shell's start file. fish: into
    /// ~/.config/fish/completions/PROGRAM.fish. PowerShell and elvish: evaluate it in the profile.
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Print the manual page, or write those of all subcommands
    ///
    /// Read the page with PROGRAM man | man -l -
    Man {
        /// Directory to write PROGRAM.1 and PROGRAM-SUBCOMMAND.1 into; made where it is missing
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
    },
}

/// Why there are no pages.
#[derive(Debug, Error)]
pub enum DefinitionError {
    /// The directory cannot be made.
    #[error("write manual pages: make directory {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A page cannot be written.
    #[error("write manual pages")]
    Write(#[from] FileError),
}

impl Definition {
    /// The word on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
        }
    }

    /// What belongs on stdout. With `man --dir` that is nothing, and the pages are written.
    ///
    /// # Errors
    /// When a page cannot be written.
    pub fn print(&self, command: Command) -> Result<String, DefinitionError> {
        match self {
            Self::Completions { shell } => Ok(script(command, *shell)),
            Self::Man { dir: None } => Ok(page::render(&built(command))),
            Self::Man { dir: Some(dir) } => {
                std::fs::create_dir_all(dir).map_err(|source| DefinitionError::Directory {
                    path: dir.clone(),
                    source,
                })?;
                write_pages(&built(command), dir)?;
                Ok(String::new())
            }
        }
    }
}

fn script(command: Command, shell: Shell) -> String {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut without_guesses(command), name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Values of which nothing is known (names, identifiers) are no files.
fn without_guesses(command: Command) -> Command {
    let plain = |arg: Arg| match arg.get_value_hint() {
        ValueHint::Unknown if arg.get_action().takes_values() => arg.value_hint(ValueHint::Other),
        _ => arg,
    };
    command.mut_args(plain).mut_subcommands(without_guesses)
}

/// With the arguments that clap adds, and the whole name on every subcommand.
fn built(command: Command) -> Command {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    command
}

fn write_pages(command: &Command, dir: &Path) -> Result<(), FileError> {
    for subcommand in command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
    {
        write_pages(subcommand, dir)?;
    }
    let page = page::render(command);
    file::replace(
        &dir.join(page::file_name(command)),
        page.as_bytes(),
        Mode::Public,
    )
}
