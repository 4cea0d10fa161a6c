//! The arguments that every program takes.

use clap::{ArgAction, Args, ValueEnum};

/// Verbosity and form of what a program says on stderr.
#[derive(Args, Clone, Copy, Debug)]
pub struct CommonArgs {
    /// Say more on stderr; twice for debug output (RUST_LOG overrides)
    #[arg(short, long, action = ArgAction::Count, global = true, display_order = LAST)]
    pub verbose: u8,

    /// Form of the lines on stderr
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t,
        global = true,
        display_order = LAST
    )]
    pub log_format: LogFormat,
}

/// Form of the lines on stderr.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people: `warning: …`, `notice: …`
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Behind a command's own options, and before `--help`, which clap puts at 999.
const LAST: usize = 900;
