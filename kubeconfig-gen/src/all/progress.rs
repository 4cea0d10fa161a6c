//! How far a search is, on a terminal alone.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on stderr that vanishes at the end; nothing where stderr is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(doing: &'static str, steps: usize) -> Self {
        // Nothing is drawn where stderr is no terminal: the target sees to that.
        let bar = ProgressBar::new(steps as u64).with_message(doing);
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(super) fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
