//! The XML that services of AWS answer with: elements and text, and nothing else.
//!
//! A strict part of XML: one default namespace, which the root names; no prefixes, no other
//! attributes, no document type and so no entities of its own, no processing instructions, and no
//! comments or CDATA sections, which readers join to the text around them in different ways.

use std::borrow::Cow;

use thiserror::Error;
use xmlparser::{ElementEnd, Token, Tokenizer};

/// An element with what is in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Element<'a> {
    name: &'a str,
    text: Cow<'a, str>,
    children: Vec<Element<'a>>,
}

/// Why a text is not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Error)]
pub enum XmlError {
    /// Not well-formed, or something that no service answers with.
    #[error("not XML: {0}")]
    Malformed(&'static str),
    /// An element that is not there.
    #[error("no {0}")]
    Missing(&'static str),
    /// An element that is there twice, or its name is in another case.
    #[error("{0} twice, or in another case")]
    Ambiguous(&'static str),
    /// An element with elements where text is expected, or the other way round.
    #[error("an impossible {0}")]
    Unusable(&'static str),
}

impl<'a> Element<'a> {
    /// The root of a document, which must be called `name` and be of `namespace`.
    ///
    /// # Errors
    /// [`XmlError`].
    pub fn parse(
        text: &'a str,
        name: &'static str,
        namespace: Namespace<'_>,
    ) -> Result<Self, XmlError> {
        let mut reader = Reader::new(namespace);
        for token in Tokenizer::from(text) {
            reader.take(token.map_err(|_| XmlError::Malformed("not well-formed"))?)?;
        }
        let root = reader.root()?;
        match root.name {
            given if given == name => Ok(root),
            given if given.eq_ignore_ascii_case(name) => Err(XmlError::Ambiguous(name)),
            _ => Err(XmlError::Missing(name)),
        }
    }

    /// The child of this name, which must be there once, in this very spelling.
    ///
    /// # Errors
    /// It is missing, or there is another that some reader would take for it.
    pub fn child(&self, name: &'static str) -> Result<&Self, XmlError> {
        self.optional(name)?.ok_or(XmlError::Missing(name))
    }

    /// The child of this name, where there is one.
    ///
    /// # Errors
    /// There is another that some reader would take for it.
    pub fn optional(&self, name: &'static str) -> Result<Option<&Self>, XmlError> {
        let mut named = self
            .children
            .iter()
            .filter(|child| child.name.eq_ignore_ascii_case(name));
        match (named.next(), named.next()) {
            (None, _) => Ok(None),
            (Some(child), None) if child.name == name => Ok(Some(child)),
            (Some(_), _) => Err(XmlError::Ambiguous(name)),
        }
    }

    /// The text of the child of this name, empty or not.
    ///
    /// # Errors
    /// As [`Self::child`]; or there are elements in it.
    pub fn text_of(&self, name: &'static str) -> Result<&str, XmlError> {
        let child = self.child(name)?;
        if child.children.is_empty() {
            Ok(&child.text)
        } else {
            Err(XmlError::Unusable(name))
        }
    }

    /// The text in it, between its elements if it has some.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The items of a list: children that are all called `name`.
    ///
    /// # Errors
    /// There is a child of another name.
    pub fn items(&self, name: &'static str) -> Result<&[Self], XmlError> {
        if self.children.iter().all(|child| child.name == name) {
            Ok(&self.children)
        } else {
            Err(XmlError::Unusable(name))
        }
    }
}

/// The namespace of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Namespace<'a> {
    /// This one.
    Is(&'a str),
    /// None at all.
    Absent,
}

/// The elements that are open, from the root inwards.
struct Reader<'a, 'n> {
    namespace: Namespace<'n>,
    is_named: bool,
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    elements: usize,
}

impl<'a, 'n> Reader<'a, 'n> {
    const fn new(namespace: Namespace<'n>) -> Self {
        Self {
            namespace,
            is_named: false,
            open: Vec::new(),
            root: None,
            elements: 0,
        }
    }

    fn take(&mut self, token: Token<'a>) -> Result<(), XmlError> {
        match token {
            Token::Declaration { encoding, .. } => {
                let is_utf8 = encoding.is_none_or(|name| name.eq_ignore_ascii_case("utf-8"));
                is_utf8
                    .then_some(())
                    .ok_or(XmlError::Malformed("an encoding other than UTF-8"))
            }
            Token::ElementStart { prefix, local, .. } if prefix.is_empty() => {
                self.begin(local.as_str())
            }
            Token::Attribute {
                prefix,
                local,
                value,
                ..
            } if prefix.is_empty() && local.as_str() == "xmlns" => self.name(value.as_str()),
            Token::ElementStart { .. } | Token::Attribute { .. } => {
                Err(XmlError::Malformed("a prefix or an attribute"))
            }
            Token::ElementEnd { end, .. } => self.end(end),
            Token::Text { text } => self.text(text.as_str()),
            Token::ProcessingInstruction { .. }
            | Token::Comment { .. }
            | Token::Cdata { .. }
            | Token::DtdStart { .. }
            | Token::EmptyDtd { .. }
            | Token::EntityDeclaration { .. }
            | Token::DtdEnd { .. } => Err(XmlError::Malformed(
                "a document type, an instruction, a comment or a CDATA section",
            )),
        }
    }

    fn begin(&mut self, name: &'a str) -> Result<(), XmlError> {
        self.elements += 1;
        if self.open.len() == DEPTH || self.elements > ELEMENTS {
            return Err(XmlError::Malformed("too many elements, or too deep"));
        }
        self.open.push(Element {
            name,
            text: Cow::Borrowed(""),
            children: Vec::new(),
        });
        Ok(())
    }

    /// The root names the namespace, once, for all.
    fn name(&mut self, namespace: &str) -> Result<(), XmlError> {
        let of_root = self.open.len() == 1 && !self.is_named;
        if of_root && self.namespace == Namespace::Is(namespace) {
            self.is_named = true;
            return Ok(());
        }
        Err(XmlError::Malformed("another namespace"))
    }

    fn text(&mut self, text: &'a str) -> Result<(), XmlError> {
        let Some(element) = self.open.last_mut() else {
            return Ok(());
        };
        let text = unescaped(text)?;
        if element.text.is_empty() {
            element.text = text;
        } else {
            element.text.to_mut().push_str(&text);
        }
        Ok(())
    }

    fn end(&mut self, end: ElementEnd<'a>) -> Result<(), XmlError> {
        if self.open.len() == 1 && !self.is_named && self.namespace != Namespace::Absent {
            return Err(XmlError::Malformed("no namespace"));
        }
        match end {
            ElementEnd::Open => return Ok(()),
            ElementEnd::Empty => {}
            ElementEnd::Close(prefix, local) => {
                let open = self.open.last().map(|element| element.name);
                if !prefix.is_empty() || open != Some(local.as_str()) {
                    return Err(XmlError::Malformed("an end of another element"));
                }
            }
        }
        let closed = self
            .open
            .pop()
            .ok_or(XmlError::Malformed("an end of nothing"))?;
        let is_mixed = !closed.children.is_empty() && !closed.text.trim().is_empty();
        if is_mixed {
            return Err(XmlError::Malformed("text between elements"));
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None if self.root.is_none() => self.root = Some(closed),
            None => return Err(XmlError::Malformed("two roots")),
        }
        Ok(())
    }

    fn root(self) -> Result<Element<'a>, XmlError> {
        match (self.root, self.open.is_empty()) {
            (Some(root), true) => Ok(root),
            (_, _) => Err(XmlError::Malformed("no whole element")),
        }
    }
}

/// The text with its references to characters put in.
fn unescaped(text: &str) -> Result<Cow<'_, str>, XmlError> {
    let mut parts = text.split('&');
    let first = parts.next().unwrap_or_default();
    if first.len() == text.len() {
        return Ok(Cow::Borrowed(text));
    }
    let mut plain = first.to_owned();
    for part in parts {
        let (reference, rest) = part
            .split_once(';')
            .ok_or(XmlError::Malformed("an unfinished reference"))?;
        plain.push(character(reference).ok_or(XmlError::Malformed("an unknown reference"))?);
        plain.push_str(rest);
    }
    Ok(Cow::Owned(plain))
}

/// One of the five that XML knows by itself, or a number.
fn character(reference: &str) -> Option<char> {
    match reference {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => {}
    }
    let number = reference.strip_prefix('#')?;
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    // `from_str_radix` would take a sign.
    let all_digits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    let code = all_digits.then(|| u32::from_str_radix(digits, radix).ok())??;
    char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

/// What services answer with is less deep than half of this.
const DEPTH: usize = 24;
/// A hundred instances with fifteen network interfaces of fifty addresses each are fewer.
const ELEMENTS: usize = 1_000_000;

#[cfg(test)]
mod tests;
