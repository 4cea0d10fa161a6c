//! What `/readyz` says, as kube-apiserver words it.

use std::fmt::Write as _;

/// The checks of a program, one line each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Checks {
    lines: String,
    has_failed: bool,
}

impl Checks {
    /// A check that passes, and what there is to say about it.
    pub fn pass(&mut self, name: &str, what: &str) {
        self.say('+', name, what);
    }

    /// A check that fails, and why.
    pub fn fail(&mut self, name: &str, why: &str) {
        self.has_failed = true;
        self.say('-', name, why);
    }

    /// Whether all of them pass.
    #[must_use]
    pub const fn all_pass(&self) -> bool {
        !self.has_failed
    }

    /// The lines, where `query` asks for them by `verbose`, and one word for all.
    #[must_use]
    pub fn body(&self, query: Option<&str>) -> String {
        let word = if self.all_pass() { "ok" } else { "not ready" };
        let lines = if is_verbose(query) { &self.lines } else { "" };
        format!("{lines}{word}\n")
    }

    fn say(&mut self, sign: char, name: &str, what: &str) {
        writeln!(self.lines, "[{sign}]{name} {}", what.escape_debug()).expect("a String takes all");
    }
}

fn is_verbose(query: Option<&str>) -> bool {
    let mut pairs = query.into_iter().flat_map(|query| query.split('&'));
    pairs.any(|pair| pair == "verbose" || pair.starts_with("verbose="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_check_that_fails_makes_it_all_fail() {
        let mut checks = Checks::default();
        checks.pass("sources", "ok");
        assert_eq!(checks.body(Some("verbose")), "[+]sources ok\nok\n");
        checks.fail("sync", "line 3:\nx");
        checks.pass("lease", "ok");
        assert!(!checks.all_pass());
        let expected = "[+]sources ok\n[-]sync line 3:\\nx\n[+]lease ok\nnot ready\n";
        assert_eq!(checks.body(Some("verbose")), expected);
        assert_eq!(checks.body(None), "not ready\n");
    }

    #[test]
    fn verbose_is_asked_for_as_with_kube_apiserver() {
        let cases = [
            (None, false),
            (Some(""), false),
            (Some("verbose"), true),
            (Some("verbose=1"), true),
            (Some("timeout=3s&verbose"), true),
            (Some("verbosely"), false),
        ];
        for (query, expected) in cases {
            assert_eq!(is_verbose(query), expected, "{query:?}");
        }
    }
}
