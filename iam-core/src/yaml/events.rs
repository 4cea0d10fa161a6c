//! The parser's events, read document by document.

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, StrInput, StructureStyle, Tag};

use super::{
    Limits, YamlError, block,
    node::{Node, Position, Scalar, Span, Style, Value},
    tree::{Collection, Properties, Tree, too_many},
};

/// Reads a stream document by document.
pub(super) struct Documents<'a> {
    text: &'a str,
    limits: &'a Limits,
    parser: Parser<'a, StrInput<'a>>,
    tree: Tree<'a>,
    /// The end of what has been read: where a block scalar's header is searched from.
    read_to: usize,
    /// The `...` of the document that was read last.
    end_mark: Option<usize>,
    events: usize,
}

type Spanned<'a> = (Event<'a>, granit_parser::Span);

impl<'a> Documents<'a> {
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Result<Self, YamlError> {
        if text.len() > limits.bytes {
            return Err(YamlError::TooLong {
                bytes: text.len(),
                limit: limits.bytes,
            });
        }
        let options = granit_parser::options! {
            emit_anchor_events: true,
            emit_comments: false,
            flow_nesting_limit: limits.depth,
            block_nesting_limit: limits.depth,
        };
        let parser = Parser::new_from_str_with_options(text, options);
        Ok(Self {
            text,
            limits,
            parser,
            tree: Tree::new(limits),
            read_to: 0,
            end_mark: None,
            events: 0,
        })
    }

    /// The next document's root.
    pub(super) fn next_document(&mut self) -> Result<Option<Node>, YamlError> {
        while let Some((event, span)) = self.next_event()? {
            let here = position(span.start, span.end);
            match event {
                Event::StreamEnd => return Ok(None),
                Event::DocumentStart(..) => self.read_to = here.span.end,
                Event::DocumentEnd => {
                    let behind = self.text.get(here.span.start..).unwrap_or_default();
                    self.end_mark = behind.starts_with("...").then_some(here.span.start);
                    return Ok(self.tree.take_root());
                }
                Event::Scalar(text, style, id, tag) => {
                    let properties = self.properties(id, tag.as_deref(), span)?;
                    self.scalar(&text, style_of(style), properties, here)?;
                }
                Event::SequenceStart(style, id, tag) => {
                    let properties = self.properties(id, tag.as_deref(), span)?;
                    let kind = (Collection::Sequence, is_flow(style));
                    self.tree.open(here, properties, kind)?;
                    self.read_to = self.read_to.max(here.span.end);
                }
                Event::MappingStart(style, id, tag) => {
                    let properties = self.properties(id, tag.as_deref(), span)?;
                    let kind = (Collection::Mapping, is_flow(style));
                    self.tree.open(here, properties, kind)?;
                    self.read_to = self.read_to.max(here.span.end);
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let has_token = self.tree.close(here.span.end);
                    self.read_to = if has_token {
                        here.span.end
                    } else {
                        self.read_to
                    };
                }
                Event::Alias(id) => {
                    self.tree.alias(id, here)?;
                    self.read_to = here.span.end;
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The `...` that the document that was read last ends with.
    pub(super) const fn end_mark(&self) -> Option<usize> {
        self.end_mark
    }

    /// Where the next document begins; an error there counts as a beginning too.
    pub(super) fn next_start(&mut self) -> Option<Position> {
        match self.next_event() {
            Ok(Some((Event::DocumentStart(..), span))) => Some(position(span.start, span.end)),
            Ok(_) => None,
            Err(error) => error.position(),
        }
    }

    fn next_event(&mut self) -> Result<Option<Spanned<'a>>, YamlError> {
        let Some(next) = self.parser.next_event() else {
            return Ok(None);
        };
        let (event, span) = next.map_err(|error| self.syntax(&error))?;
        self.events += 1;
        if self.events > self.limits.events {
            return Err(too_many("events", self.limits.events, at(span.start)));
        }
        Ok(Some((event, span)))
    }

    /// Tag and anchor of a node; an anchored node's next event names the anchor.
    fn properties(
        &mut self,
        id: usize,
        tag: Option<&Tag>,
        span: granit_parser::Span,
    ) -> Result<Properties, YamlError> {
        let mut properties = Properties {
            id,
            ..Properties::default()
        };
        if let Some(tag) = tag {
            properties.tag = Some(tag.to_string().into());
        }
        if let Some(tag_span) = span.tag_span() {
            properties.start = Some(byte(tag_span.start));
            self.read_to = self.read_to.max(byte(tag_span.end));
        }
        if id != 0
            && let Some((Event::Anchor(_, name), anchor_span)) = self.next_event()?
        {
            let start = byte(anchor_span.start);
            properties.start = Some(properties.start.map_or(start, |tag| tag.min(start)));
            properties.anchor = Some(name.into());
            self.read_to = self.read_to.max(byte(anchor_span.end));
        }
        Ok(properties)
    }

    fn scalar(
        &mut self,
        mut text: &str,
        style: Style,
        properties: Properties,
        mut position: Position,
    ) -> Result<(), YamlError> {
        match style {
            // The parser writes `~` for nothing.
            Style::Plain if position.span.start == position.span.end => text = "",
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => {}
            Style::Literal | Style::Folded => {
                if block::adds_line_break(self.text, text, position) {
                    text = text.strip_suffix('\n').unwrap_or(text);
                }
                position = block::position(self.text, self.read_to, position);
            }
        }
        self.read_to = position.span.end;
        self.tree.leaf(
            position,
            properties,
            Value::Scalar(Scalar {
                text: text.into(),
                style,
            }),
        )
    }

    fn syntax(&self, error: &granit_parser::ScanError) -> YamlError {
        let position = at(*error.marker());
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return YamlError::TooDeep {
                position,
                limit: self.limits.depth,
            };
        }
        YamlError::Syntax {
            position,
            reason: error.info(),
        }
    }
}

fn is_flow(style: StructureStyle) -> bool {
    style == StructureStyle::Flow
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn at(marker: Marker) -> Position {
    position(marker, marker)
}

fn position(start: Marker, end: Marker) -> Position {
    let (from, to) = (byte(start), byte(end));
    let span = Span {
        start: from,
        end: to.max(from),
    };
    Position {
        line: start.line(),
        column: start.col() + 1,
        span,
    }
}

/// Text input has byte offsets; the fallback is never taken.
fn byte(marker: Marker) -> usize {
    marker.byte_offset().unwrap_or_default()
}
