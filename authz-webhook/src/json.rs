//! JSON objects, written member by member.
//!
//! Every answer and every audit line is one of some hundred bytes, of which hardly any needs an
//! escape: keys are words of this program, and a value without a quote goes in at one stroke.

use std::fmt::Display;
use std::io::Write as _;

use serde::Serialize;

/// An object that is being written.
#[derive(Debug)]
pub struct Object<'a> {
    bytes: &'a mut Vec<u8>,
    is_empty: bool,
}

/// Appends an object with the members that `fill` gives it.
pub fn object(bytes: &mut Vec<u8>, fill: impl FnOnce(&mut Object<'_>)) {
    bytes.push(b'{');
    fill(&mut Object {
        bytes,
        is_empty: true,
    });
    bytes.push(b'}');
}

impl Object<'_> {
    /// Adds a text. Like all keys, `key` is a word that needs no escape.
    pub fn text(&mut self, key: &'static str, text: &str) {
        self.key(key);
        string(self.bytes, text);
    }

    /// Adds a list of texts.
    pub fn texts<T: AsRef<str>>(&mut self, key: &'static str, texts: &[T]) {
        self.key(key);
        self.bytes.push(b'[');
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                self.bytes.push(b',');
            }
            string(self.bytes, text.as_ref());
        }
        self.bytes.push(b']');
    }

    /// Adds the text that `value` shows itself as.
    pub fn shown(&mut self, key: &'static str, value: impl Display) {
        self.key(key);
        let begin = self.bytes.len();
        self.bytes.push(b'"');
        write!(self.bytes, "{value}").expect("a Vec takes all");
        let text = self.bytes.get(begin + 1..).unwrap_or_default();
        if is_plain(text) {
            self.bytes.push(b'"');
        } else {
            self.bytes.truncate(begin);
            serde(self.bytes, &value.to_string());
        }
    }

    /// Adds an object.
    pub fn object(&mut self, key: &'static str, fill: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        object(self.bytes, fill);
    }

    /// Adds anything else.
    pub fn value(&mut self, key: &'static str, value: &impl Serialize) {
        self.key(key);
        serde(self.bytes, value);
    }

    fn key(&mut self, key: &'static str) {
        if !self.is_empty {
            self.bytes.push(b',');
        }
        self.is_empty = false;
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }
}

fn string(bytes: &mut Vec<u8>, text: &str) {
    if !is_plain(text.as_bytes()) {
        return serde(bytes, text);
    }
    bytes.push(b'"');
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'"');
}

/// Whether nothing needs an escape; without a branch per byte it runs many bytes at once.
fn is_plain(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| (*byte >= b' ') & (*byte != b'"') & (*byte != b'\\');
    text.iter().fold(true, |all, byte| all & is_plain(byte))
}

fn serde<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(bytes, value).expect("keys are strings, and a Vec takes all");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_serde_json_says() {
        let every: String = (0..=0x17f).filter_map(char::from_u32).collect();
        for text in ["", "plain", "a\"b", "a\\b", "\u{7f}", "\u{212a}", &every] {
            let mut bytes = Vec::new();
            object(&mut bytes, |object| {
                object.text("text", text);
                object.shown("shown", format_args!("{text}"));
                object.texts("texts", &[text, "b"]);
                object.texts::<&str>("none", &[]);
                object.object("empty", |_| {});
                object.object("object", |inner| inner.value("value", &7));
            });
            let expected = format!(
                r#"{{"text":{0},"shown":{0},"texts":[{0},"b"],"none":[],"empty":{{}},"object":{{"value":7}}}}"#,
                serde_json::to_string(text).unwrap()
            );
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }
}
