//! What a text is more likely than a token.

use std::fmt::{self, Display, Formatter};

use crate::token::Token;

/// What a text that is no whole token looks like. `Display` says it with what to do, and shows
/// nothing of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lookalike {
    /// No text at all.
    Nothing,
    /// A header of a request, with the token in it.
    Header,
    /// A string of JSON or of a shell.
    Quoted,
    /// What a token carries.
    PresignedUrl,
    /// A token without its beginning.
    WithoutPrefix,
    /// A token of a later version.
    OtherVersion,
    /// What Kubernetes and OpenID Connect hand out.
    JsonWebToken,
    /// A token that was broken into lines.
    Wrapped,
    /// A token without its end.
    CutOff,
}

impl Lookalike {
    /// What `text` looks like, in which `url` was found. Only for a text with a fault.
    pub(super) fn of(text: &str, url: Option<&str>) -> Option<Self> {
        match text.strip_prefix(Token::PREFIX) {
            Some(rest) if rest.contains(char::is_whitespace) => Some(Self::Wrapped),
            Some(_) => url.filter(|url| is_cut_off(url)).map(|_| Self::CutOff),
            None => Self::of_other(text),
        }
    }

    fn of_other(text: &str) -> Option<Self> {
        let begins = |beginnings: &[&str]| beginnings.iter().any(|start| starts_with(text, start));
        if text.trim().is_empty() {
            Some(Self::Nothing)
        } else if begins(&["Bearer ", "Authorization:"]) {
            Some(Self::Header)
        } else if begins(&["\"", "'"]) {
            Some(Self::Quoted)
        } else if begins(&["https://"]) {
            Some(Self::PresignedUrl)
        } else if begins(&[ENCODED_HTTPS]) {
            Some(Self::WithoutPrefix)
        } else if begins(&["k8s-aws-v"]) {
            Some(Self::OtherVersion)
        } else if is_json_web_token(text) {
            Some(Self::JsonWebToken)
        } else {
            None
        }
    }

    /// The name for scripts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Header => "header",
            Self::Quoted => "quoted",
            Self::PresignedUrl => "presignedUrl",
            Self::WithoutPrefix => "withoutPrefix",
            Self::OtherVersion => "otherVersion",
            Self::JsonWebToken => "jsonWebToken",
            Self::Wrapped => "wrapped",
            Self::CutOff => "cutOff",
        }
    }
}

impl Display for Lookalike {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "nothing at all: what should have printed the token printed none",
            Self::Header => "a header of a request: the token is what stands behind Bearer",
            Self::Quoted => "a string in quotes: leave them out (jq -r prints none)",
            Self::PresignedUrl => {
                "a presigned URL: a token is k8s-aws-v1. and the URL in unpadded base64url"
            }
            Self::WithoutPrefix => "a token whose beginning, k8s-aws-v1., is missing",
            Self::OtherVersion => "a token of another version than k8s-aws-v1.",
            Self::JsonWebToken => {
                "a JSON Web Token, as service accounts and OpenID Connect have them: it is of no \
                 AWS identity"
            }
            Self::Wrapped => "a token that was broken into lines or words: join them",
            Self::CutOff => "a token whose end is missing, as of a line that was cut off",
        })
    }
}

/// Without regard to case: of ASCII, which is all that `start` is.
fn starts_with(text: &str, start: &str) -> bool {
    let head = text.get(..start.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// The signature comes last.
fn is_cut_off(url: &str) -> bool {
    let begun = url.starts_with("https://") || "https://".starts_with(url);
    let signature = url.split_once("X-Amz-Signature=");
    begun && signature.is_none_or(|(_, signature)| signature.len() < SIGNATURE_LEN)
}

/// Three parts in base64url, the first of them JSON: `{"` is `eyJ`.
fn is_json_web_token(text: &str) -> bool {
    let in_alphabet = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.starts_with("eyJ") && text.matches('.').count() == 2 && text.chars().all(in_alphabet)
}

/// What base64 makes of `https://`, as far as nothing behind it matters.
const ENCODED_HTTPS: &str = "aHR0cHM6Ly";

/// HMAC-SHA256 in hexadecimal.
const SIGNATURE_LEN: usize = 64;
