//! Entries of flow collections: `{…}`, `[…]`, and with them all of JSON.

use super::{
    EditError, EditFault,
    collection::{Addition, Entry, Plan},
    editor::Editor,
    lines,
};

impl<'a> Editor<'a> {
    pub(super) fn flow_entries(&mut self, plan: &Plan) -> Result<(), EditError> {
        let start = plan.position.span.start;
        if !matches!(self.slice(start, start + 1), "{" | "[") {
            // `[key: value]` is a list of one mapping without braces.
            return Err(EditError::new(plan.position, EditFault::Layout));
        }
        self.remove_flow(plan)?;
        self.add_flow(plan);
        Ok(())
    }

    fn remove_flow(&mut self, plan: &Plan) -> Result<(), EditError> {
        let entries = &plan.entries;
        let mut at = 0;
        while at < entries.len() {
            let run = entries
                .iter()
                .skip(at)
                .take_while(|entry| entry.goes)
                .count();
            if run == 0 {
                at += 1;
                continue;
            }
            let first = entries.get(at).map_or(0, |entry| entry.start);
            let last = entries.get(at + run - 1).map_or(0, |entry| entry.end);
            let before = at.checked_sub(1).and_then(|at| entries.get(at));
            let (start, end) = match (entries.get(at + run), before) {
                (Some(next), _) => (first, next.start),
                (None, Some(before)) => (before.end, last),
                (None, None) => (first, last),
            };
            self.refuse_comments(plan, start, end)?;
            self.splice(start, end, "");
            at += run;
        }
        Ok(())
    }

    /// A comment between entries belongs to nobody in particular.
    fn refuse_comments(&self, plan: &Plan, start: usize, end: usize) -> Result<(), EditError> {
        let mut at = start;
        for entry in plan.entries.iter().filter(|entry| entry.start >= start) {
            let gap = self.slice(at, entry.start.min(end));
            if gap.contains('#') {
                return Err(EditError::new(plan.position, EditFault::Comment));
            }
            at = entry.end.max(at);
            if at >= end {
                break;
            }
        }
        Ok(())
    }

    fn add_flow(&mut self, plan: &Plan) {
        let entries = &plan.entries;
        let kept = |range: &[Entry]| range.iter().any(|entry| !entry.goes);
        let margin = self.margin_of_entries(plan);
        let separator = match margin {
            Some(margin) => format!(",{}{margin}", self.layout.line_break),
            None => ", ".to_owned(),
        };
        let mut at = 0;
        while let Some((before, _)) = plan.added.get(at) {
            let index = self.insertion(entries, *before);
            let same = plan.added.iter().skip(at);
            let count = same
                .take_while(|(before, _)| self.insertion(entries, *before) == index)
                .count();
            let flow = self.flow(margin);
            let added = plan.added.iter().skip(at).take(count);
            let written: Vec<String> = added.map(|(_, addition)| addition.flow(&flow)).collect();
            let written = written.join(&separator);
            match entries
                .get(index..)
                .filter(|rest| kept(rest))
                .and_then(|rest| rest.first())
            {
                Some(next) => self.splice(next.start, next.start, format!("{written}{separator}")),
                None => self.append_flow(entries, &written, &separator),
            }
            at += count;
        }
    }

    /// The index that an addition comes before: the length where nothing that stays follows.
    fn insertion(&self, entries: &[Entry], before: usize) -> usize {
        let rest = entries.get(before.min(entries.len())..).unwrap_or_default();
        if rest.iter().any(|entry| !entry.goes) {
            before
        } else {
            entries.len()
        }
    }

    fn append_flow(&mut self, entries: &[Entry], written: &str, separator: &str) {
        let Some(last) = entries.iter().rev().find(|entry| !entry.goes) else {
            return;
        };
        let comma = lines::skip_blank(self.text, last.end);
        let is_last = entries
            .last()
            .is_some_and(|entry| entry.start == last.start);
        if is_last && self.slice(comma, comma + 1) == "," {
            let before = separator.strip_prefix(',').unwrap_or(separator);
            self.splice(comma + 1, comma + 1, format!("{before}{written}"));
        } else {
            self.splice(last.end, last.end, format!("{separator}{written}"));
        }
    }

    /// What begins the lines of the entries, where each has one.
    fn margin_of_entries(&self, plan: &Plan) -> Option<&'a str> {
        let first = plan.entries.first()?.start;
        let has_line = lines::line_start(self.text, first) > plan.position.span.start;
        let margin = lines::before(self.text, first);
        Some(margin).filter(|margin| has_line && lines::is_blank(margin))
    }
}

impl Addition {
    fn flow(&self, flow: &crate::yaml::fresh::Flow<'_>) -> String {
        match self {
            Self::Pair(key, value) => format!("{}: {}", flow.string(key), value.flow(flow)),
            Self::Item(value) => value.flow(flow),
            Self::Written(text) => text.clone(),
        }
    }
}
