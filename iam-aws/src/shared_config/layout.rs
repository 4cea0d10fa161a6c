//! The layout of the AWS files as the AWS CLI reads it.
//!
//! For the parser of the AWS SDK every line that begins with a space continues the setting before
//! it, and a file whose settings are indented below their section is refused. The CLI compares:
//! only a line further in than the setting before it continues that setting, and a comment may
//! stand anywhere. <https://docs.python.org/3/library/configparser.html#supported-ini-file-structure>
//!
//! The parser also passes over `[profile "NAME"]` and `[sso-session "NAME"]`, and with it a role
//! that the CLI would assume.

/// The same lines, with indentation left only where a line continues the one before, and without
/// quotes around the name of a profile or a session.
pub(super) fn aligned(text: &str) -> String {
    let mut aligned = String::with_capacity(text.len());
    // How far in the last setting of the section stands.
    let mut setting = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        match content.bytes().next() {
            None | Some(b'\r' | b'\n' | b'#' | b';') => aligned.push_str(content),
            Some(_) if setting.is_some_and(|setting| indent > setting) => aligned.push_str(line),
            Some(b'[') => {
                setting = None;
                let quoted = ["[profile", "[sso-session"]
                    .iter()
                    .any(|kind| content.starts_with(kind));
                aligned.extend(
                    content
                        .chars()
                        .filter(|c| !quoted || !matches!(c, '"' | '\'')),
                );
            }
            Some(_) => {
                setting = Some(indent);
                aligned.push_str(content);
            }
        }
    }
    aligned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profiles_name_loses_its_quotes() {
        for (text, expected) in [
            ("[profile \"a\"]\n", "[profile a]\n"),
            ("  [profile 'a b'] # c\n", "[profile a b] # c\n"),
            ("[sso-session \"a\"]\n", "[sso-session a]\n"),
            ("[\"a\"]\nb = 'c'\n", "[\"a\"]\nb = 'c'\n"),
        ] {
            assert_eq!(aligned(text), expected, "{text:?}");
        }
    }

    #[test]
    fn only_what_the_cli_takes_for_a_continuation_stays_indented() {
        for (text, expected) in [
            ("", ""),
            ("[a]\nb = c\n", "[a]\nb = c\n"),
            ("[a]\n  b = c\n  d = e", "[a]\nb = c\nd = e"),
            ("  [a]\r\n\tb = c\r\n", "[a]\r\nb = c\r\n"),
            (
                "[a]\n  # x\n  ; y\n \t\nb = c\n",
                "[a]\n# x\n; y\n\nb = c\n",
            ),
            (
                "[a]\ns3 =\n  b = c\n  # x\n\n  d = e\n",
                "[a]\ns3 =\n  b = c\n# x\n\n  d = e\n",
            ),
            (
                "[a]\n  s3 =\n    b = c\n  d = e\n",
                "[a]\ns3 =\n    b = c\nd = e\n",
            ),
            ("[a]\nb = c\n  [d]\n", "[a]\nb = c\n  [d]\n"),
            (
                "[a]\n    b = c\n  d = e\n   f\n",
                "[a]\nb = c\nd = e\n   f\n",
            ),
        ] {
            assert_eq!(aligned(text), expected, "{text:?}");
        }
    }
}
