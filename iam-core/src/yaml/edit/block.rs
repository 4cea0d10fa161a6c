//! Entries of block collections: whole lines come and go.

use super::{
    EditError,
    collection::{Addition, Entry, Plan},
    editor::Editor,
    lines,
};

impl Editor<'_> {
    pub(super) fn block_entries(&mut self, plan: &Plan) -> Result<(), EditError> {
        let Some(first) = plan.entries.first() else {
            return Ok(());
        };
        let indent = self.column(first.start, plan.position)?;
        self.remove_lines(&plan.entries);
        let mut at = 0;
        while let Some((before, _)) = plan.added.get(at) {
            let index = (*before).min(plan.entries.len());
            let same = plan.added.iter().skip(at);
            let count = same
                .take_while(|(before, _)| (*before).min(plan.entries.len()) == index)
                .count();
            let added = plan.added.iter().skip(at).take(count);
            let written: Vec<String> = added
                .map(|(_, addition)| addition.block(indent, self))
                .collect();
            self.insert_lines(&plan.entries, index, indent, &written);
            at += count;
        }
        Ok(())
    }

    fn remove_lines(&mut self, entries: &[Entry]) {
        let shares_line = |entry: &&Entry| {
            !lines::before(self.text, entry.start)
                .bytes()
                .all(|byte| byte == b' ')
        };
        let mut from = 0;
        if entries
            .first()
            .filter(shares_line)
            .is_some_and(|entry| entry.goes)
        {
            from = entries.iter().take_while(|entry| entry.goes).count();
            self.remove_from_shared_line(entries, from);
        }
        for entry in entries.iter().skip(from).filter(|entry| entry.goes) {
            let start = lines::line_start(self.text, entry.start);
            self.splice(start, lines::next_line(self.text, entry.end), "");
        }
    }

    /// Removes the first `count` entries where a dash stands before the first of them.
    fn remove_from_shared_line(&mut self, entries: &[Entry], count: usize) {
        let kept = entries.get(count);
        let last = entries.get(count.saturating_sub(1));
        let (Some(first), Some(last), Some(kept)) = (entries.first(), last, kept) else {
            return;
        };
        let end = lines::line_end(self.text, last.end);
        let gap = self.slice(end, kept.start);
        // A comment above the entry that stays keeps its line.
        let end = if lines::is_blank(gap) {
            kept.start
        } else {
            end
        };
        self.splice(first.start, end, "");
    }

    fn insert_lines(&mut self, entries: &[Entry], index: usize, indent: usize, written: &[String]) {
        let line_break = self.layout.line_break;
        let margin = " ".repeat(indent);
        let previous = index.checked_sub(1).and_then(|at| entries.get(at));
        match (previous, entries.first()) {
            (Some(previous), _) => {
                let at = lines::next_line(self.text, previous.end);
                let is_open = !lines::before(self.text, at).is_empty() && at == self.text.len();
                let text = written.iter().map(|line| match is_open {
                    true => format!("{line_break}{margin}{line}"),
                    false => format!("{margin}{line}{line_break}"),
                });
                self.splice(at, at, text.collect::<String>());
            }
            (None, Some(first)) => {
                let shares_line = lines::before(self.text, first.start).contains('-');
                let text = written.iter().map(|line| match shares_line {
                    true => format!("{line}{line_break}{margin}"),
                    false => format!("{margin}{line}{line_break}"),
                });
                let start = lines::line_start(self.text, first.start);
                let at = if shares_line { first.start } else { start };
                self.splice(at, at, text.collect::<String>());
            }
            (None, None) => {}
        }
    }
}

impl Addition {
    fn block(&self, indent: usize, editor: &Editor<'_>) -> String {
        match self {
            Self::Pair(key, value) => value.block_entry(key, indent, editor.layout),
            Self::Item(value) => value.block_item(indent, editor.layout),
            Self::Written(text) => format!("- {text}"),
        }
    }
}
