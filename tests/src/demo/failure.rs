//! What ends a demo early.

use std::error::Error;

use iam_core::error_chain::ErrorChain;

use crate::support::scan;

/// A step that did not do what it should.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What failed, on one line.
    pub what: String,
    /// The end of the log that may say why, under its name.
    pub log: Option<(String, String)>,
}

impl Failure {
    /// Something that failed, and nothing else to say.
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            log: None,
        }
    }

    /// `what` failed for the reason that `error` tells.
    pub(super) fn of<E: Error>(what: &str) -> impl FnOnce(E) -> Self {
        move |error| Self::new(format!("{what}: {}", ErrorChain(&error)))
    }

    /// The same, with the last lines of a log, and without the tokens in them.
    #[must_use]
    pub fn with_log(mut self, name: &str, text: &str) -> Self {
        let lines: Vec<_> = text.lines().collect();
        let tail = lines.iter().skip(lines.len().saturating_sub(TAIL)).copied();
        let tail = scan::without_bearers(&tail.collect::<Vec<_>>().join("\n"));
        self.log = Some((name.to_owned(), tail));
        self
    }
}

const TAIL: usize = 15;
