//! A request as it stands on the wire.

use std::fmt::Write;

/// Method, target, headers in their order, body: nothing decoded, nothing folded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Names as sent, values without the space around them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A GET without a body.
    pub fn get(host: &str, target: &str) -> Self {
        let headers = vec![("Host".to_owned(), host.to_owned())];
        Self {
            method: "GET".to_owned(),
            target: target.to_owned(),
            headers,
            body: Vec::new(),
        }
    }

    /// Reads the text of an HTTP/1.1 request with either kind of line end. The target is what
    /// stands between the method and the version, spaces and all; a folded header is joined with
    /// one space.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let (first, lines) = head.split_once('\n').unwrap_or((head, ""));
        let (method, target) = first.strip_suffix(" HTTP/1.1")?.split_once(' ')?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.lines() {
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut()?;
                write!(value, " {}", line.trim()).ok()?;
            } else {
                let (name, value) = line.split_once(':')?;
                headers.push((name.to_owned(), value.trim().to_owned()));
            }
        }
        let body = body.as_bytes().to_vec();
        Some(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body,
        })
    }

    /// The path of the target.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query's pairs, decoded, in their order; a name without `=` has an empty value.
    pub fn query(&self) -> Vec<(String, String)> {
        pairs(self.target.split_once('?').map_or("", |(_, query)| query))
    }

    /// The pairs of a form in the body, where `+` is a space.
    pub fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body).replace('+', " "))
    }

    /// The values of a header joined by commas, when it was sent.
    pub fn header(&self, name: &str) -> Option<String> {
        let same = self
            .headers
            .iter()
            .filter(|(sent, _)| sent.eq_ignore_ascii_case(name));
        let values: Vec<_> = same.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// Adds a header.
    pub fn push_header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Adds a pair to the query.
    pub fn push_query(&mut self, name: &str, value: &str) {
        let separator = if self.target.contains('?') { '&' } else { '?' };
        let [name, value] = [name, value].map(|text| super::uri_encode(text.as_bytes()));
        self.target += &format!("{separator}{name}={value}");
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// Signatures are over bytes; the few tests with bytes that are not UTF-8 do not reach this.
fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&super::percent_decode(text)).into_owned()
}
