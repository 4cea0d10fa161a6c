//! The known name nearest to a misspelt one.

/// The name among `known` that `text` was probably meant to be; case does not count.
pub(super) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // No key is nearly as long; comparing costs the square of the length.
    if text.len() > 64 {
        return None;
    }
    let text = text.to_ascii_lowercase();
    known
        .into_iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&text, &name.to_ascii_lowercase()),
                name,
            )
        })
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_far_fetched() {
        let known = ["clusterID", "backendMode", "mapRoles", "mapUsers", "port"];
        let table = [
            ("clusterIDs", Some("clusterID")),
            ("backendModes", Some("backendMode")),
            ("mpaRoles", Some("mapRoles")),
            ("mapRole", Some("mapRoles")),
            ("prt", Some("port")),
            ("frobnicate", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(nearest(text, known), expected, "{text:?}");
        }
    }
}
