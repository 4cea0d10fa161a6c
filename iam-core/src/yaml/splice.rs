//! Edits of text as splices: every byte outside of them stays.

use std::ops::Range;

/// Replaces `range` of a text (bytes, on character boundaries) by `text`.
///
/// An empty range inserts; an empty text deletes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Splice {
    /// What is replaced.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// Why edits cannot be applied.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SpliceError {
    /// A range ends before it starts, beyond the text, or inside a character.
    #[error("bytes {start}..{end} are no range of characters of the text")]
    NoSuchRange {
        /// Start of the range.
        start: usize,
        /// End of the range.
        end: usize,
    },
    /// Two edits want the same bytes, or both insert at the same place.
    #[error("two edits overlap at byte {at}")]
    Overlap {
        /// Where the later one begins.
        at: usize,
    },
}

/// Applies `splices`, in any order, to `text`.
///
/// An insertion at the start of a replaced range comes before the replacement.
///
/// # Errors
/// When a range is not one of `text`, or two of them overlap.
pub fn apply(text: &str, splices: &[Splice]) -> Result<String, SpliceError> {
    let mut sorted: Vec<&Splice> = splices.iter().collect();
    sorted.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    let mut insertion = None;
    for splice in sorted {
        let Range {
            start,
            end: splice_end,
        } = splice.range;
        let no_such_range = SpliceError::NoSuchRange {
            start,
            end: splice_end,
        };
        if text.get(start..splice_end).is_none() {
            return Err(no_such_range);
        }
        if start < end || insertion == Some(splice.range.clone()) {
            return Err(SpliceError::Overlap { at: start });
        }
        result.push_str(text.get(end..start).ok_or(no_such_range)?);
        result.push_str(&splice.text);
        end = splice_end;
        insertion = Some(start..start);
    }
    result.push_str(text.get(end..).unwrap_or_default());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(range: Range<usize>, text: &str) -> Splice {
        Splice {
            range,
            text: text.to_owned(),
        }
    }

    #[test]
    fn applies_edits_in_any_order() {
        let edits = [
            splice(6..11, "moon"),
            splice(0..0, "> "),
            splice(5..6, ""),
            splice(11..11, "!"),
        ];
        assert_eq!(apply("hello world", &edits), Ok("> hellomoon!".to_owned()));
        assert_eq!(apply("hello", &[]), Ok("hello".to_owned()));
    }

    #[test]
    fn refuses_what_is_no_range_or_is_ambiguous() {
        let no_range = |start, end| Err(SpliceError::NoSuchRange { start, end });
        let table: [(&[Splice], _); 6] = [
            (&[splice(0..9, "")], no_range(0, 9)),
            (&[splice(1..2, "")], no_range(1, 2)),
            #[expect(clippy::reversed_empty_ranges, reason = "the case is a reversed range")]
            (&[splice(3..2, "")], no_range(3, 2)),
            (
                &[splice(0..3, ""), splice(2..4, "")],
                Err(SpliceError::Overlap { at: 2 }),
            ),
            (
                &[splice(0..0, "a"), splice(0..0, "b")],
                Err(SpliceError::Overlap { at: 0 }),
            ),
            (
                &[splice(0..2, "a"), splice(0..0, "b")],
                Ok("baabc".to_owned()),
            ),
        ];
        for (edits, expected) in table {
            assert_eq!(apply("\u{e9}abc", edits), expected, "{edits:?}");
        }
    }
}
