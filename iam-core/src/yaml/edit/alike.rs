//! New items of a list, written as their neighbour is: in flow or block style, and in its quotes.

use std::borrow::Cow;

use super::{editor::Editor, scalar::quoted_as};
use crate::yaml::{Fresh, Node, Style, Value};

/// The quotes of what the neighbour has no example for.
#[derive(Clone, Copy)]
struct Habit {
    keys: Style,
    texts: Style,
}

impl Editor<'_> {
    /// `value` as `neighbour` is written, from column `indent` on; on one line where there is none.
    pub(super) fn alike(&self, value: &Fresh, neighbour: &Node, indent: Option<usize>) -> String {
        let habit = Habit::of(neighbour);
        match indent {
            Some(indent) => self.written(value, Some(neighbour), indent, habit),
            None => inline(value, Some(neighbour), habit),
        }
    }

    fn written(&self, value: &Fresh, like: Option<&Node>, indent: usize, habit: Habit) -> String {
        let line = format!("{}{}", self.layout.line_break, " ".repeat(indent));
        match value {
            Fresh::Map(entries) if is_block(value, like) => {
                let entry = |entry| self.written_entry(entry, like, indent, habit);
                entries.iter().map(entry).collect::<Vec<_>>().join(&line)
            }
            Fresh::List(items) if is_block(value, like) => {
                let like = like.and_then(|node| node.as_sequence()?.items.first());
                let item = |item| format!("- {}", self.written(item, like, indent + 2, habit));
                items.iter().map(item).collect::<Vec<_>>().join(&line)
            }
            Fresh::Map(_) | Fresh::List(_) | Fresh::Text(_) | Fresh::Lines(_) | Fresh::Flag(_) => {
                inline(value, like, habit)
            }
        }
    }

    fn written_entry(
        &self,
        (key, value): &(Cow<'static, str>, Fresh),
        like: Option<&Node>,
        indent: usize,
        habit: Habit,
    ) -> String {
        let like = like.and_then(|node| node.as_mapping()?.get(key));
        let key = quoted_as(key, habit.keys);
        if !is_block(value, like) {
            return format!("{key}: {}", inline(value, like, habit));
        }
        let inner = indent + value.step_under_key(self.layout);
        let below = self.written(value, like, inner, habit);
        let line_break = self.layout.line_break;
        format!("{key}:{line_break}{}{below}", " ".repeat(inner))
    }
}

impl Habit {
    fn of(neighbour: &Node) -> Self {
        let pairs = neighbour.as_mapping().map(|mapping| &mapping.pairs);
        let mut pairs = pairs.into_iter().flatten();
        let first = pairs.find_map(|(key, value)| Some((key.as_scalar()?, value.as_scalar()?)));
        Self {
            keys: first.map_or(Style::Plain, |(key, _)| key.style),
            texts: first.map_or(Style::Plain, |(_, value)| value.style),
        }
    }
}

/// Whether a value has lines of its own, beside one that is written like this.
fn is_block(value: &Fresh, like: Option<&Node>) -> bool {
    let is_flow = like.is_some_and(|node| match &node.value {
        Value::Mapping(mapping) => mapping.is_flow,
        Value::Sequence(sequence) => sequence.is_flow && !sequence.items.is_empty(),
        Value::Scalar(_) | Value::Alias(_) => false,
    });
    value.is_tall() && !is_flow
}

/// On one line.
fn inline(value: &Fresh, like: Option<&Node>, habit: Habit) -> String {
    match value {
        Fresh::Text(text) | Fresh::Lines(text) => {
            let style = like.and_then(Node::as_scalar).map(|scalar| scalar.style);
            quoted_as(text, style.unwrap_or(habit.texts))
        }
        Fresh::Flag(flag) => flag.to_string(),
        Fresh::Map(entries) => {
            let entry = |(key, value): &(Cow<'static, str>, Fresh)| {
                let like = like.and_then(|node| node.as_mapping()?.get(key));
                format!(
                    "{}: {}",
                    quoted_as(key, habit.keys),
                    inline(value, like, habit)
                )
            };
            format!(
                "{{{}}}",
                entries.iter().map(entry).collect::<Vec<_>>().join(", ")
            )
        }
        Fresh::List(items) => {
            let like = like.and_then(|node| node.as_sequence()?.items.first());
            let items = items.iter().map(|item| inline(item, like, habit));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
    }
}
