//! What the log is told of a source: each thing once, and again when it was mended in between.

use std::collections::HashSet;

/// What was said of a source last.
#[derive(Debug, Default)]
pub(super) struct Remarks(HashSet<String>);

impl Remarks {
    /// Logs those of `lines` that were not said last time.
    pub(super) fn tell(&mut self, lines: Vec<String>) {
        for line in self.new_of(&lines) {
            tracing::warn!("{line}");
        }
        self.0 = lines.into_iter().collect();
    }

    fn new_of<'a>(&self, lines: &'a [String]) -> Vec<&'a String> {
        let is_new = |line: &&String| !self.0.contains(*line);
        lines.iter().filter(is_new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_one_entry_repeats_nothing_about_the_others() {
        let lines = |lines: &[&str]| -> Vec<String> {
            lines.iter().map(|line| (*line).to_owned()).collect()
        };
        let mut remarks = Remarks::default();
        for (said, new) in [
            (&["b", "a"][..], &["b", "a"][..]),
            (&["b", "a"], &[]),
            (&["b", "c", "a"], &["c"]),
            (&["a"], &[]),
            (&["a", "b"], &["b"]),
        ] {
            let said = lines(said);
            assert_eq!(remarks.new_of(&said), lines(new).iter().collect::<Vec<_>>());
            remarks.tell(said);
        }
    }
}
