//! The secrets a sandbox issued, and the search for them in everything that was captured.

use std::sync::{Arc, Mutex, PoisonError};

/// Every secret issued so far. Clones share one list: whoever issues adds, whoever captures scans.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Mutex<Vec<Secret>>>);

struct Secret {
    kind: &'static str,
    needles: Vec<String>,
}

/// What showed where it must not: the kind of secret, never the secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leak {
    /// `secret access key`, `session token`, `signature`, `bearer token`.
    pub kind: &'static str,
    /// The line it stands in, from 1.
    pub line: usize,
}

impl Secrets {
    /// Adds a secret. Both of its ends are looked for, as they are and percent-encoded, so that a
    /// text cut short in a log is found too.
    pub fn add(&self, kind: &'static str, secret: &str) {
        let needles = [head(secret), tail(secret)]
            .into_iter()
            .flat_map(|end| [end.to_owned(), percent_encoded(end)])
            .collect();
        self.push(Secret { kind, needles });
    }

    /// Adds a bearer token. Only its end is secret: all tokens for one host begin alike.
    pub fn add_bearer(&self, bearer: &str) {
        self.push(Secret {
            kind: "bearer token",
            needles: vec![tail(bearer).to_owned()],
        });
    }

    /// Every place of `text` that shows an issued secret, any bearer token or any signature.
    pub fn leaks_in(&self, text: &str) -> Vec<Leak> {
        let secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.lines()
            .zip(1..)
            .flat_map(|(text, line)| {
                let issued = secrets.iter().filter(|secret| secret.shows_in(text));
                let kinds = issued.map(|secret| secret.kind).chain(anonymous_leak(text));
                kinds
                    .map(move |kind| Leak { kind, line })
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Fails the test when `text` shows a secret. `place` says what `text` is.
    ///
    /// # Panics
    /// When it does.
    pub fn assert_absent_from(&self, place: &str, text: &str) {
        let leaks = self.leaks_in(text);
        assert!(leaks.is_empty(), "secrets show in {place}: {leaks:?}");
    }

    fn push(&self, secret: Secret) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(secret);
    }
}

impl Secret {
    fn shows_in(&self, text: &str) -> bool {
        self.needles
            .iter()
            .any(|needle| text.contains(needle.as_str()))
    }
}

/// `text` with the bearer tokens taken out: for the one stream that may carry them.
pub fn without_bearers(text: &str) -> String {
    let mut parts = text.split(BEARER_PREFIX);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        kept + part.trim_start_matches(is_base64url)
    })
}

/// The bearer tokens in `text`.
pub fn bearers_in(text: &str) -> Vec<String> {
    let after = text.split(BEARER_PREFIX).skip(1);
    after
        .map(|part| {
            part.chars()
                .take_while(|c| is_base64url(*c))
                .collect::<String>()
        })
        .filter(|body| body.len() >= 20)
        .map(|body| format!("{BEARER_PREFIX}{body}"))
        .collect()
}

/// A bearer token or a signature that nobody announced.
fn anonymous_leak(line: &str) -> Option<&'static str> {
    if !bearers_in(line).is_empty() {
        return Some("bearer token");
    }
    let mut after = line.split("Signature=").skip(1);
    let is_signature =
        |part: &str| part.chars().take_while(char::is_ascii_hexdigit).count() >= SIGNATURE_LEN;
    after.any(is_signature).then_some("signature")
}

fn head(text: &str) -> &str {
    text.get(..END_LEN).unwrap_or(text)
}

fn tail(text: &str) -> &str {
    text.len()
        .checked_sub(END_LEN)
        .and_then(|at| text.get(at..))
        .unwrap_or(text)
}

fn percent_encoded(text: &str) -> String {
    super::sigv4::uri_encode(text.as_bytes())
}

fn is_base64url(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

const BEARER_PREFIX: &str = "k8s-aws-v1.";
/// Long enough that no chance text holds it, short enough to find a shortened secret.
const END_LEN: usize = 20;
const SIGNATURE_LEN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "aaaa/bbbb+cccc/dddd+eeee/ffff+gggg/hhhh";

    fn issued() -> Secrets {
        let secrets = Secrets::default();
        secrets.add("secret access key", SECRET);
        secrets.add_bearer("k8s-aws-v1.aHR0cHM6Ly9zdHMu0123456789abcdefghij");
        secrets
    }

    #[test]
    fn finds_a_secret_whole_cut_and_encoded_and_names_its_line() {
        let key = vec![Leak {
            kind: "secret access key",
            line: 2,
        }];
        let bearer = vec![Leak {
            kind: "bearer token",
            line: 2,
        }];
        let signature = vec![Leak {
            kind: "signature",
            line: 2,
        }];
        let cases = [
            (SECRET.to_owned(), key.clone()),
            (format!("{}...", head(SECRET)), key.clone()),
            (percent_encoded(SECRET), key),
            ("…0123456789abcdefghij".to_owned(), bearer.clone()),
            ("k8s-aws-v1.c29tZW9uZSBlbHNlJ3MgdG9rZW4".to_owned(), bearer),
            (format!("&X-Amz-Signature={}", "0a".repeat(32)), signature),
        ];
        for (text, leaks) in cases {
            assert_eq!(
                leaks,
                issued().leaks_in(&format!("before\n{text}\nafter")),
                "{text}"
            );
        }
    }

    #[test]
    fn says_nothing_about_what_is_public() {
        let text = "must begin with `k8s-aws-v1.`; AKIAEXAMPLE; Signature=<64 hex digits>";
        assert_eq!(Vec::<Leak>::new(), issued().leaks_in(text));
    }

    #[test]
    fn takes_bearers_out_and_leaves_the_rest() {
        let text = r#"{"token":"k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9u","n":1}"#;
        assert_eq!(r#"{"token":"","n":1}"#, without_bearers(text));
        assert_eq!(
            vec!["k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9u"],
            bearers_in(text)
        );
    }
}
