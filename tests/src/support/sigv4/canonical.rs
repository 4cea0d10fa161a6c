//! The canonical request: the one spelling of a request that both sides hash.

use super::claim::Form;
use super::request::Request;
use super::{encode_except, percent_decode, sha256_hex, uri_encode};

/// The choices that services make differently. The default is what STS does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// Whether `.`, `..` and empty segments are resolved first.
    pub path: PathForm,
    /// How often the path is percent-encoded.
    pub encoding: PathEncoding,
    /// Whether the session token is part of what is signed.
    pub session_token: SessionTokenRule,
}

/// Whether dot segments and empty segments of a path stay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PathForm {
    /// Resolved away.
    Normalized,
    /// Left as sent.
    AsSent,
}

/// How often a path is percent-encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PathEncoding {
    /// Decoded, then encoded: `%20` stays `%20`.
    Once,
    /// What was sent is encoded again: `%20` becomes `%2520`.
    Twice,
}

/// Whether the session token is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionTokenRule {
    /// As a part of the query or of the signed headers.
    Signed,
    /// Added after signing.
    AddedAfterwards,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            path: PathForm::Normalized,
            encoding: PathEncoding::Once,
            session_token: SessionTokenRule::Signed,
        }
    }
}

/// The canonical request. `signed_headers` are lower-case and sorted.
pub fn canonical_request(
    request: &Request,
    form: Form,
    signed_headers: &[String],
    options: Options,
) -> String {
    let headers = signed_headers.iter().fold(String::new(), |text, name| {
        let value = request.header(name).unwrap_or_default();
        text + &format!("{name}:{}\n", collapsed(&value))
    });
    [
        request.method.as_str(),
        &canonical_path(request.path(), options),
        &canonical_query(request, form, options),
        &headers,
        &signed_headers.join(";"),
        &sha256_hex(&request.body),
    ]
    .join("\n")
}

fn canonical_path(path: &str, options: Options) -> String {
    let path = match options.path {
        PathForm::Normalized if path.is_empty() || path.starts_with('/') => normalized(path),
        PathForm::Normalized | PathForm::AsSent => path.to_owned(),
    };
    match options.encoding {
        PathEncoding::Once => encode_except(&percent_decode(&path), b"/"),
        PathEncoding::Twice => encode_except(path.as_bytes(), b"/"),
    }
}

/// RFC 3986 5.2.4, with runs of slashes as one.
fn normalized(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let ends_open = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if ends_open && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", kept.join("/"))
}

fn canonical_query(request: &Request, form: Form, options: Options) -> String {
    let unsigned = |name: &str| match (form, options.session_token) {
        (Form::Header, _) => false,
        (Form::Query, SessionTokenRule::Signed) => name == "X-Amz-Signature",
        (Form::Query, SessionTokenRule::AddedAfterwards) => {
            name == "X-Amz-Signature" || name == "X-Amz-Security-Token"
        }
    };
    let pairs = request
        .query()
        .into_iter()
        .filter(|(name, _)| !unsigned(name));
    let mut pairs: Vec<_> = pairs
        .map(|(name, value)| (uri_encode(name.as_bytes()), uri_encode(value.as_bytes())))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// A header's value with every run of blanks as one space, and none at its ends.
fn collapsed(value: &str) -> String {
    value
        .split([' ', '\t'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
