//! YAML in a string of YAML.

use super::{
    Change, Document, EditError, Edited,
    editor::{Editor, Place, Role},
};
use crate::yaml::{Fresh, Node, PositionMap, Scalar, Style, splice::Splice};

impl Editor<'_> {
    /// Makes `change` in the document that `scalar`, the value of `node`, holds.
    pub(super) fn embedded(
        &mut self,
        place: Place,
        node: &Node,
        scalar: &Scalar,
        change: &Change,
    ) -> Result<(), EditError> {
        let map = PositionMap::new(self.text, node, &scalar.text);
        let edited = Document::embedded(&scalar.text, &self.limits)
            .and_then(|document| document.edited(change));
        let edited = edited.map_err(|error| error.moved(|position| map.to_file(position)))?;
        let Some(Edited { text, splices, .. }) = edited else {
            return Ok(());
        };
        let is_literal = scalar.style == Style::Literal && place.role != Role::Flow;
        match map.indent().filter(|_| is_literal) {
            Some(indent) => {
                for splice in &splices {
                    self.embedded_splice(splice, &map, indent);
                }
                Ok(())
            }
            None if scalar.style == Style::DoubleQuoted || !text.contains('\n') => {
                self.replace(place, node, &Fresh::Text(text))
            }
            None => self.replace(place, node, &Fresh::Lines(text)),
        }
    }

    /// A splice of a literal block's text as one of the file.
    fn embedded_splice(&mut self, splice: &Splice, map: &PositionMap, indent: usize) {
        let [start, end] = [splice.range.start, splice.range.end].map(|at| {
            let (in_text, in_file) = map.line(at);
            (at - in_text, in_file)
        });
        let takes_lines = start.0 == 0 && end.0 == 0;
        let is_lines = takes_lines && (splice.text.is_empty() || splice.text.ends_with('\n'));
        let margin = if is_lines { 0 } else { indent };
        let [from, to] = [start, end].map(|(column, line)| line + margin + column);
        let text = self.indented(&splice.text, indent);
        let begin = if is_lines && !text.is_empty() {
            indent
        } else {
            0
        };
        self.splice(from, to, format!("{}{text}", " ".repeat(begin)));
    }

    /// `text` with every line but the first indented.
    fn indented(&self, text: &str, indent: usize) -> String {
        let margin = " ".repeat(indent);
        let mut lines = text.split('\n');
        let mut result = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            result.push_str(self.layout.line_break);
            if !line.is_empty() {
                result.push_str(&margin);
                result.push_str(line);
            }
        }
        result
    }
}
