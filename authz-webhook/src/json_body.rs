//! What bodies of JSON have in common: the reviews of kube-apiserver, and the answers of STS.

use std::fmt;
use std::marker::PhantomData;
use std::str;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

/// What is written with braces: a derived reader takes a list of the values as well.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

/// Why a body is not JSON of the shape expected. The text holds nothing of the body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BodyFault {
    /// The kind of fault.
    pub what: &'static str,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

/// Reads a body. What is UTF-8 as a whole is not looked at again string by string; of what is not,
/// only the strings that are read must be.
///
/// # Errors
/// It is not JSON of the shape expected.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> serde_json::Result<T> {
    match str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, line, column } = self;
        write!(f, "{what} at line {line}, column {column}")
    }
}

impl From<serde_json::Error> for BodyFault {
    fn from(error: serde_json::Error) -> Self {
        use serde_json::error::Category;
        let what = match error.classify() {
            Category::Syntax | Category::Io => "malformed JSON",
            Category::Eof => "an early end",
            Category::Data => "a missing, repeated or wrongly typed field",
        };
        Self {
            what,
            line: error.line(),
            column: error.column(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, pairs: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(pairs)).map(Object)
    }
}
