//! One manual page, in roff.

use clap::Command;
use clap::builder::{Resettable, StyledStr};
use clap_mangen::Man;

/// The page of a built command.
pub(super) fn render(command: &Command) -> String {
    let examples = command.get_after_help().map(StyledStr::to_string);
    let command = command.clone().after_help(Resettable::Reset);
    let man = Man::new(command)
        .source("")
        .manual("IAM access to Kubernetes");
    let mut page = Vec::new();
    man.render(&mut page).expect("a Vec takes every write");
    let mut page = String::from_utf8_lossy(&page).into_owned();
    if let Some(examples) = examples {
        page.push_str(&section(&examples));
    }
    ascii(&page)
}

/// `PROGRAM-SUBCOMMAND.1`
pub(super) fn file_name(command: &Command) -> String {
    Man::new(command.clone()).get_filename()
}

/// A section of lines that stay as they are, titled by the first.
fn section(text: &str) -> String {
    let (title, lines) = text.split_once('\n').unwrap_or(("", text));
    let title = title.trim_end_matches(':').to_uppercase();
    let lines: String = lines
        .lines()
        .map(|line| format!("{}\n", escape(line)))
        .collect();
    format!(".SH {title}\n.nf\n{lines}.fi\n")
}

/// A line that roff shows as it stands.
fn escape(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) {
        format!("\\&{line}")
    } else {
        line
    }
}

/// Other characters by their number: roff reads bytes, and not every reader guesses the encoding.
fn ascii(page: &str) -> String {
    let mut ascii = String::with_capacity(page.len());
    for c in page.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            ascii.push_str(&format!("\\[u{:04X}]", u32::from(c)));
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::{ascii, section};

    #[test]
    fn what_is_not_ascii_is_spelt_by_its_number() {
        assert_eq!(ascii("a\u{2026} \u{1f600}"), "a\\[u2026] \\[u1F600]");
    }

    #[test]
    fn examples_keep_their_lines_and_characters() {
        assert_eq!(
            section("Examples:\n  p --flag a\\b\n.dot\n'quote"),
            ".SH EXAMPLES\n.nf\n  p \\-\\-flag a\\eb\n\\&.dot\n\\&'quote\n.fi\n",
        );
    }
}
