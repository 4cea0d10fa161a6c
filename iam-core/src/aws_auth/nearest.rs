//! The known name that somebody probably meant.

/// The first candidate that begins with `found`, else the one that differs least, unless even that
/// one is quite another word. Case and punctuation do not count.
pub(crate) fn nearest<'a>(found: &str, candidates: &[&'a str]) -> Option<&'a str> {
    // A word this long is no misspelling; the bound also keeps the comparison cheap.
    if found.len() > 64 {
        return None;
    }
    let found: String = found.chars().filter(char::is_ascii_alphanumeric).collect();
    let found = found.to_ascii_lowercase();
    let begins = |candidate: &&&str| candidate.to_ascii_lowercase().starts_with(&found);
    if found.len() >= 3
        && let Some(candidate) = candidates.iter().find(begins)
    {
        return Some(candidate);
    }
    candidates
        .iter()
        .map(|candidate| {
            (
                distance(&found, &candidate.to_ascii_lowercase()),
                *candidate,
            )
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and replacements that make one of the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(right.chars()) {
            let above = *cell;
            let replaced = diagonal + usize::from(from != to);
            *cell = replaced.min(above + 1).min(before + 1);
            diagonal = above;
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_far_fetched() {
        let known = ["rolearn", "username", "groups", "userid"];
        for (found, expected) in [
            ("role_arn", Some("rolearn")),
            ("group", Some("groups")),
            ("user", Some("username")),
            ("user-id", Some("userid")),
            ("gropus", Some("groups")),
            ("userName", Some("username")),
            ("syncedBy", None),
            ("", None),
        ] {
            assert_eq!(nearest(found, &known), expected, "{found}");
        }
    }

    #[test]
    fn counts_the_changes_between_two_words() {
        for (left, right, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("kitten", "sitting", 3),
            ("groups", "groups", 0),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }
}
