//! What a scalar means to the YAML 1.1 readers of Kubernetes (Go's `yaml.v2`, as used by
//! `sigs.k8s.io/yaml`).
//!
//! `no`, `0123`, `1e3` and `~` are not strings there, though YAML 1.2 readers keep some of them
//! as text. The rules are those of <https://github.com/go-yaml/yaml/blob/v2.4.0/resolve.go>.

mod number;
mod quoted;
mod timestamp;

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Node, Scalar, Style};

pub(crate) use number::fits_i64;
pub use quoted::quoted;

/// A scalar as a YAML 1.1 reader sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scalar11<'a> {
    /// `~`, `null`, or nothing.
    Null,
    /// `yes`, `off`, `y`, `TRUE` …
    Bool(bool),
    /// An integer: `12`, `0x1F`, `0b1`, `017`, `1_000`.
    Int,
    /// A number with a fraction, an exponent or too many digits for an integer.
    Float,
    /// `.inf` or `.nan`: JSON has no such number, so a document that holds one is unreadable.
    NonFinite,
    /// Text.
    Str(Cow<'a, str>),
    /// A date or time; Kubernetes keeps its text.
    Timestamp(&'a str),
}

impl Scalar11<'_> {
    /// The kind in words, for messages: "a boolean".
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int => "an integer",
            Self::Float | Self::NonFinite => "a number",
            Self::Str(_) => "text",
            Self::Timestamp(_) => "a date",
        }
    }
}

/// A tag that does not fit the text it stands before; the whole document is unreadable then.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the value does not fit its tag")]
pub struct TagMismatch;

/// Reads a scalar node; see [`resolve_parts`].
///
/// # Errors
/// [`TagMismatch`].
pub fn resolve<'a>(node: &'a Node, scalar: &'a Scalar) -> Result<Scalar11<'a>, TagMismatch> {
    resolve_parts(&scalar.text, scalar.style, node.tag())
}

/// Reads a scalar of the given style under the given resolved tag.
///
/// # Errors
/// [`TagMismatch`], as for `!!int x`.
pub fn resolve_parts<'a>(
    text: &'a str,
    style: Style,
    tag: Option<&str>,
) -> Result<Scalar11<'a>, TagMismatch> {
    let text_as_is = Scalar11::Str(Cow::Borrowed(text));
    let Some(tag) = tag else {
        return Ok(if style == Style::Plain {
            implicit(text, true)
        } else {
            text_as_is
        });
    };
    match tag.strip_prefix("tag:yaml.org,2002:") {
        Some("binary") => binary(text),
        Some(kind @ ("bool" | "int" | "float" | "null" | "timestamp")) => explicit(text, kind),
        Some(_) | None => Ok(text_as_is),
    }
}

fn binary(text: &str) -> Result<Scalar11<'_>, TagMismatch> {
    let without_breaks: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let bytes = STANDARD.decode(without_breaks).map_err(|_| TagMismatch)?;
    Ok(Scalar11::Str(Cow::Owned(
        String::from_utf8_lossy(&bytes).into_owned(),
    )))
}

fn explicit<'a>(text: &'a str, kind: &str) -> Result<Scalar11<'a>, TagMismatch> {
    let scalar = implicit(text, kind == "timestamp");
    let fits = match &scalar {
        Scalar11::Null => kind == "null",
        Scalar11::Bool(_) => kind == "bool",
        Scalar11::Int => kind == "int" || (kind == "float" && number::fits_i64(text)),
        Scalar11::Float | Scalar11::NonFinite => kind == "float",
        Scalar11::Timestamp(_) => kind == "timestamp",
        Scalar11::Str(_) => false,
    };
    match scalar {
        scalar if fits => Ok(if kind == "float" && scalar == Scalar11::Int {
            Scalar11::Float
        } else {
            scalar
        }),
        _ => Err(TagMismatch),
    }
}

/// The meaning of a plain scalar without a tag.
fn implicit(text: &str, may_be_timestamp: bool) -> Scalar11<'_> {
    let text_as_is = Scalar11::Str(Cow::Borrowed(text));
    let Some(first) = text.bytes().next() else {
        return Scalar11::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text).unwrap_or(text_as_is)
        }
        b'.' | b'+' | b'-' | b'0'..=b'9' => {
            if is_non_finite(text) {
                Scalar11::NonFinite
            } else if first == b'.' {
                if number::is_go_float(text) {
                    Scalar11::Float
                } else {
                    text_as_is
                }
            } else if may_be_timestamp && timestamp::is_timestamp(text) {
                Scalar11::Timestamp(text)
            } else {
                number::resolve(text).unwrap_or(text_as_is)
            }
        }
        _ => text_as_is,
    }
}

fn word(text: &str) -> Option<Scalar11<'static>> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Scalar11::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Scalar11::Bool(false))
        }
        "~" | "null" | "Null" | "NULL" => Some(Scalar11::Null),
        _ => None,
    }
}

fn is_non_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

#[cfg(test)]
mod tests;
