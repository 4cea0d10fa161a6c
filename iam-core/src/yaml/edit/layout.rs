//! How a text is laid out, so that what is added looks as if it had always been there.

use super::lines;
use crate::yaml::{Node, Value, fresh::Layout};

/// Reads the layout off the first places that show it.
pub(super) fn of(text: &str, root: Option<&Node>) -> Layout {
    let is_crlf = text
        .find('\n')
        .is_some_and(|at| text.get(..at).is_some_and(|line| line.ends_with('\r')));
    let mut found = Found::default();
    if let Some(root) = root {
        found.step = step_of_flow_root(text, root);
        found.look(text, root, 0);
    }
    let standard = Layout::default();
    let step = found.step.unwrap_or(standard.step);
    Layout {
        line_break: if is_crlf { "\r\n" } else { "\n" },
        step,
        list_step: found.list_step.unwrap_or(standard.list_step),
    }
}

/// Columns before the first key of a mapping in braces that has a line of its own.
fn step_of_flow_root(text: &str, root: &Node) -> Option<usize> {
    let mapping = root.as_mapping().filter(|mapping| mapping.is_flow)?;
    let (key, _) = mapping.pairs.first()?;
    let has_line = lines::line_start(text, key.start()) > root.start();
    has_line.then(|| lines::before(text, key.start()).len())
}

#[derive(Default)]
struct Found {
    step: Option<usize>,
    list_step: Option<usize>,
}

impl Found {
    fn look(&mut self, text: &str, node: &Node, depth: usize) {
        if (self.step.is_some() && self.list_step.is_some()) || depth > MAX_DEPTH {
            return;
        }
        match &node.value {
            Value::Mapping(mapping) => {
                for (key, value) in &mapping.pairs {
                    if !mapping.is_flow || self.step.is_none() {
                        self.compare(text, key, value, mapping.is_flow);
                    }
                    self.look(text, value, depth + 1);
                }
            }
            Value::Sequence(sequence) => {
                sequence
                    .items
                    .iter()
                    .for_each(|item| self.look(text, item, depth + 1));
            }
            Value::Scalar(_) | Value::Alias(_) => {}
        }
    }

    fn compare(&mut self, text: &str, key: &Node, value: &Node, in_flow: bool) {
        let column = |at| lines::before(text, at).len();
        let from = column(key.start());
        let first = match &value.value {
            Value::Mapping(mapping) => mapping.pairs.first().map(|(inner, _)| inner.start()),
            Value::Sequence(sequence) if in_flow => sequence.items.first().map(|item| item.start()),
            Value::Sequence(_) | Value::Scalar(_) | Value::Alias(_) => None,
        };
        let below = first.filter(|at| lines::line_start(text, *at) > key.start());
        let is_block = |is_flow: bool| is_flow == in_flow;
        match &value.value {
            Value::Sequence(sequence) if !in_flow && !sequence.is_flow => {
                let colon = lines::skip_blank(text, key.position.span.end);
                let dash = column(lines::skip_blank(text, colon + 1));
                self.list_step = self.list_step.or(dash.checked_sub(from));
            }
            Value::Mapping(mapping) if is_block(mapping.is_flow) => {
                let step = below.and_then(|at| column(at).checked_sub(from));
                self.step = self.step.or(step.filter(|step| *step > 0));
            }
            Value::Sequence(_) if in_flow => {
                let step = below.and_then(|at| column(at).checked_sub(from));
                self.step = self.step.or(step.filter(|step| *step > 0));
            }
            Value::Mapping(_) | Value::Sequence(_) | Value::Scalar(_) | Value::Alias(_) => {}
        }
    }
}

/// Deeper than any kubeconfig; hostile nesting teaches no layout.
const MAX_DEPTH: usize = 8;
