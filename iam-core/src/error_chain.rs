//! An error and its causes in one line.

use std::error::Error;
use std::fmt;

/// Displays an error, then each of its sources after `: `.
///
/// A source whose text already ends the line so far is left out, because many libraries print
/// their cause and also return it.
#[derive(Clone, Copy, Debug)]
pub struct ErrorChain<'a>(pub &'a dyn Error);

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.0.to_string();
        f.write_str(&last)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !last.ends_with(&text) {
                write!(f, ": {text}")?;
                last = text;
            }
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    fn chain(texts: &[&'static str]) -> String {
        let error = texts
            .iter()
            .rev()
            .fold(None, |source, text| Some(Box::new(Link { text, source })))
            .unwrap();
        ErrorChain(error.as_ref()).to_string()
    }

    #[test]
    fn joins_causes_and_drops_what_was_said_already() {
        for (texts, line) in [
            (&["a"][..], "a"),
            (&["a", "b", "c"], "a: b: c"),
            (&["a", "failed: b", "b", "c"], "a: failed: b: c"),
            (&["a: b: c", "b: c", "c"], "a: b: c"),
            (&["a", ""], "a"),
        ] {
            assert_eq!(chain(texts), line);
        }
    }
}
