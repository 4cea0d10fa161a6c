//! From parser events to nodes, within limits.

use std::{collections::HashMap, sync::Arc};

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, StrInput, StructureStyle, Tag};

use super::{
    Limits, YamlError,
    node::{Mapping, Node, Position, Scalar, Sequence, Span, Style, Value},
};

/// Reads a stream document by document.
pub(super) struct Documents<'a> {
    text: &'a str,
    limits: &'a Limits,
    parser: Parser<'a, StrInput<'a>>,
    /// The end of what has been read: where a block scalar's header is searched from.
    read_to: usize,
    events: usize,
    nodes: usize,
    aliases: usize,
    anchors: HashMap<usize, Anchored>,
    open: Vec<Frame>,
}

/// A node that an alias can stand for.
struct Anchored {
    node: Arc<Node>,
    nodes: usize,
    height: usize,
}

/// A collection that is being read.
struct Frame {
    position: Position,
    properties: Properties,
    content: Content,
    /// Nodes inside so far, aliases expanded.
    nodes: usize,
    height: usize,
}

enum Content {
    Sequence(Sequence),
    Mapping { mapping: Mapping, key: Option<Node> },
}

/// What stands before a node: tag and anchor.
#[derive(Default)]
struct Properties {
    start: Option<usize>,
    tag: Option<Box<str>>,
    anchor: Option<Box<str>>,
    id: usize,
}

/// A finished node with its size and height.
struct Finished {
    node: Node,
    nodes: usize,
    height: usize,
    anchor_id: usize,
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
        Ok(Self {
            text,
            limits,
            parser: Parser::new_from_str_with_options(text, options),
            read_to: 0,
            events: 0,
            nodes: 0,
            aliases: 0,
            anchors: HashMap::new(),
            open: Vec::new(),
        })
    }

    /// The next document's root.
    pub(super) fn next_document(&mut self) -> Result<Option<Node>, YamlError> {
        self.anchors.clear();
        let mut root = None;
        while let Some((event, span)) = self.next_event()? {
            match event {
                Event::StreamEnd => return Ok(None),
                Event::DocumentEnd => return Ok(root),
                Event::SequenceEnd | Event::MappingEnd => {
                    let finished = self.close(byte(span.end))?;
                    self.attach(finished, &mut root);
                }
                event => {
                    if let Some(finished) = self.node(event, span)? {
                        self.attach(finished, &mut root);
                    }
                }
            }
        }
        Ok(root)
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
        if matches!(event, Event::DocumentStart(..)) {
            self.read_to = byte(span.end);
        }
        Ok(Some((event, span)))
    }

    /// A scalar or alias is finished at once; a collection is opened.
    fn node(
        &mut self,
        event: Event<'a>,
        span: granit_parser::Span,
    ) -> Result<Option<Finished>, YamlError> {
        match event {
            Event::Scalar(text, style, id, tag) => {
                let properties = self.properties(id, tag.as_deref(), span)?;
                self.scalar(text.into_owned(), style, properties, span)
                    .map(Some)
            }
            Event::Alias(id) => self.alias(id, position(span.start, span.end)).map(Some),
            Event::SequenceStart(style, id, tag) => {
                let properties = self.properties(id, tag.as_deref(), span)?;
                let is_flow = style == StructureStyle::Flow;
                let content = Content::Sequence(Sequence {
                    items: Vec::new(),
                    is_flow,
                });
                self.push(content, properties, span).map(|()| None)
            }
            Event::MappingStart(style, id, tag) => {
                let properties = self.properties(id, tag.as_deref(), span)?;
                let mapping = Mapping {
                    pairs: Vec::new(),
                    is_flow: style == StructureStyle::Flow,
                };
                self.push(Content::Mapping { mapping, key: None }, properties, span)
                    .map(|()| None)
            }
            _ => Ok(None),
        }
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
        text: String,
        style: ScalarStyle,
        properties: Properties,
        span: granit_parser::Span,
    ) -> Result<Finished, YamlError> {
        let mut position = position(span.start, span.end);
        self.count(position)?;
        let style = style_of(style);
        let is_empty = style == Style::Plain && position.span.start == position.span.end;
        let text = if is_empty { String::new() } else { text };
        if matches!(style, Style::Literal | Style::Folded) {
            position = self.block_scalar(position);
        }
        self.read_to = position.span.end;
        let anchor_id = properties.id;
        let node = properties.with(position, Value::Scalar(Scalar { text, style }));
        Ok(Finished {
            node,
            nodes: 1,
            height: 0,
            anchor_id,
        })
    }

    /// The parser's span is the content up to the next token; ours is header to last line.
    fn block_scalar(&self, content: Position) -> Position {
        let header = self
            .block_header(content.span.start)
            .unwrap_or(content.span.start);
        let raw = self.text.get(header..content.span.end).unwrap_or_default();
        let lines = raw.trim_end().len();
        let rest = raw.get(lines..).unwrap_or_default();
        let end = header + lines + rest.find(['\n', '\r']).unwrap_or(0);
        let before = self.text.get(..header).unwrap_or_default();
        let line_start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let between = self
            .text
            .get(header..content.span.start)
            .unwrap_or_default();
        let line = content.line.saturating_sub(line_breaks(between));
        Position {
            line,
            column,
            span: Span { start: header, end },
        }
    }

    /// The `|` or `>` before `content`, outside comments.
    fn block_header(&self, content: usize) -> Option<usize> {
        let between = self.text.get(self.read_to..content)?;
        let mut in_comment = false;
        for (offset, character) in between.char_indices() {
            match character {
                '\n' | '\r' => in_comment = false,
                '#' => in_comment = true,
                '|' | '>' if !in_comment => return Some(self.read_to + offset),
                _ => {}
            }
        }
        None
    }

    fn alias(&mut self, id: usize, position: Position) -> Result<Finished, YamlError> {
        self.aliases += 1;
        if self.aliases > self.limits.aliases {
            return Err(too_many("aliases", self.limits.aliases, position));
        }
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(YamlError::SelfReference { position });
        };
        let (nodes, height) = (anchored.nodes, anchored.height);
        let value = Value::Alias(Arc::clone(&anchored.node));
        if self.open.len() + height > self.limits.depth {
            return Err(YamlError::TooDeep {
                position,
                limit: self.limits.depth,
            });
        }
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.nodes {
            return Err(too_many("nodes", self.limits.nodes, position));
        }
        self.read_to = position.span.end;
        let node = Properties::default().with(position, value);
        Ok(Finished {
            node,
            nodes,
            height,
            anchor_id: 0,
        })
    }

    fn push(
        &mut self,
        content: Content,
        properties: Properties,
        span: granit_parser::Span,
    ) -> Result<(), YamlError> {
        let position = position(span.start, span.end);
        self.count(position)?;
        if self.open.len() >= self.limits.depth {
            return Err(YamlError::TooDeep {
                position,
                limit: self.limits.depth,
            });
        }
        self.read_to = self.read_to.max(position.span.end);
        self.open.push(Frame {
            position,
            properties,
            content,
            nodes: 1,
            height: 1,
        });
        Ok(())
    }

    fn count(&mut self, position: Position) -> Result<(), YamlError> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(too_many("nodes", self.limits.nodes, position));
        }
        Ok(())
    }

    /// Ends the innermost collection; `end` is the end of its closing token.
    fn close(&mut self, end: usize) -> Result<Finished, YamlError> {
        let Some(frame) = self.open.pop() else {
            return Err(YamlError::Syntax {
                position: Position::START,
                reason: "unbalanced collections".to_owned(),
            });
        };
        let Frame {
            mut position,
            properties,
            content,
            nodes,
            height,
        } = frame;
        let (value, is_flow, last) = content.finish();
        position.span.end = if is_flow {
            end
        } else {
            last.unwrap_or(position.span.end)
        };
        if is_flow {
            self.read_to = end;
        }
        let anchor_id = properties.id;
        Ok(Finished {
            node: properties.with(position, value),
            nodes,
            height,
            anchor_id,
        })
    }

    /// Puts a finished node where it belongs.
    fn attach(&mut self, finished: Finished, root: &mut Option<Node>) {
        let Finished {
            node,
            nodes,
            height,
            anchor_id,
        } = finished;
        if anchor_id != 0 {
            // The copy counts, so that anchors inside anchors stay within the limit.
            self.nodes = self.nodes.saturating_add(nodes);
            let node = Arc::new(node.clone());
            self.anchors.insert(
                anchor_id,
                Anchored {
                    node,
                    nodes,
                    height,
                },
            );
        }
        let Some(frame) = self.open.last_mut() else {
            *root = Some(node);
            return;
        };
        frame.nodes = frame.nodes.saturating_add(nodes);
        frame.height = frame.height.max(height + 1);
        match &mut frame.content {
            Content::Sequence(sequence) => sequence.items.push(node),
            Content::Mapping { mapping, key } => match key.take() {
                Some(key) => mapping.pairs.push((key, node)),
                None => *key = Some(node),
            },
        }
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

impl Content {
    /// The value, whether it has a closing token, and where its last child ends.
    fn finish(self) -> (Value, bool, Option<usize>) {
        match self {
            Self::Sequence(sequence) => {
                let last = sequence.items.last().map(|item| item.position.span.end);
                let is_flow = sequence.is_flow;
                (Value::Sequence(sequence), is_flow, last)
            }
            Self::Mapping { mapping, .. } => {
                let last = mapping
                    .pairs
                    .last()
                    .map(|(_, value)| value.position.span.end);
                let is_flow = mapping.is_flow;
                (Value::Mapping(mapping), is_flow, last)
            }
        }
    }
}

impl Properties {
    fn with(self, position: Position, value: Value) -> Node {
        Node {
            position,
            start: self.start.unwrap_or(position.span.start),
            tag: self.tag,
            anchor: self.anchor,
            value,
        }
    }
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

fn too_many(what: &'static str, limit: usize, position: Position) -> YamlError {
    YamlError::TooMany {
        position,
        what,
        limit,
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

/// Line breaks as YAML counts them: `\n`, `\r` or both together.
fn line_breaks(text: &str) -> usize {
    text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count()
}
