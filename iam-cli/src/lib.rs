//! What the edge of every program shares: common arguments, lines on stderr, the one error
//! report at the end, whole-file writes, what `/readyz` says, and the scripts and pages made from a
//! command line's definition.
//!
//! A program's `main` calls [`parse`] and [`telemetry::start`], runs, and hands the
//! result to [`finish`]. stdout belongs to the program's data alone ([`stdout`]); everything else
//! goes to stderr, one line at a time, with control characters escaped.

mod args;
pub mod definition;
pub mod file;
pub mod json;
mod line;
pub mod readyz;
mod report;
pub mod stdout;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod usage;

pub use args::{CommonArgs, LogFormat};
pub use definition::Definition;
pub use report::{Failure, finish};
pub use usage::parse;

/// The `tracing` target of lines that a person should see although nothing is wrong.
///
/// `tracing::info!(target: NOTICE, "…")` prints `notice: …` whatever the verbosity.
pub const NOTICE: &str = "notice";
