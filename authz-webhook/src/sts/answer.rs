//! What STS says: the identity, or an error with a code.
//!
//! We ask for JSON (`Accept: application/json`); an endpoint or proxy that answers in XML, STS's
//! own default, is understood as well. Both are read strictly: what is there twice or in another
//! case is refused, for whoever reads it the other way would see another caller.

mod json;

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use self::json::Json;
use super::failure::Senseless;
use iam_core::xml::{Element, Namespace, XmlError};

/// The three values of a `GetCallerIdentity` answer, as they came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// `Account`.
    pub account: String,
    /// `Arn`.
    pub arn: String,
    /// `UserId`.
    pub user_id: String,
}

/// The two ways in which STS writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// `application/json`
    Json,
    /// `text/xml`, `application/xml`
    Xml,
}

impl Format {
    /// What an answer says of itself; `None` for anything else, and for what is compressed.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut types = headers.get_all(CONTENT_TYPE).iter();
        let only = types.next().filter(|_| types.next().is_none())?;
        let (essence, _) = only
            .to_str()
            .ok()
            .map(|text| text.split_once(';').unwrap_or((text, "")))?;
        let is = |name: &&str| essence.trim().eq_ignore_ascii_case(name);
        match headers.contains_key(CONTENT_ENCODING) {
            true => None,
            false if is(&"application/json") => Some(Self::Json),
            false if ["text/xml", "application/xml"].iter().any(is) => Some(Self::Xml),
            false => None,
        }
    }
}

impl Answer {
    /// Reads the body of a 200.
    ///
    /// # Errors
    /// [`Senseless`] where the document is not exactly of STS's shape.
    pub fn parse(body: &[u8], format: Format) -> Result<Self, Senseless> {
        const OUTER: &str = "GetCallerIdentityResponse";
        const INNER: &str = "GetCallerIdentityResult";
        match format {
            Format::Json => {
                let document = Json::parse(body)?;
                let result = document.field(OUTER)?.field(INNER)?;
                Self::of(|name| result.text(name))
            }
            Format::Xml => {
                let document = xml(body, OUTER)?;
                let result = document.child(INNER)?;
                Self::of(|name| Ok(result.text_of(name)?))
            }
        }
    }

    fn of<'a>(
        text: impl Fn(&'static str) -> Result<&'a str, Senseless>,
    ) -> Result<Self, Senseless> {
        let value = |name| plain(name, text(name)?);
        Ok(Self {
            account: value("Account")?,
            arn: value("Arn")?,
            user_id: value("UserId")?,
        })
    }
}

/// The error code of an answer that is not a 200, where it has one.
#[must_use]
pub fn error_code(body: &[u8], format: Option<Format>) -> Option<String> {
    match format? {
        Format::Json => {
            let document = Json::parse(body).ok()?;
            plain("Code", document.field("Error").ok()?.text("Code").ok()?).ok()
        }
        Format::Xml => {
            let document = xml(body, "ErrorResponse").ok()?;
            plain("Code", document.child("Error").ok()?.text_of("Code").ok()?).ok()
        }
    }
}

fn xml<'a>(body: &'a [u8], root: &'static str) -> Result<Element<'a>, Senseless> {
    let text = std::str::from_utf8(body).map_err(|_| Senseless::NotXml("not UTF-8"))?;
    Ok(Element::parse(text, root, Namespace::Is(NAMESPACE))?)
}

impl From<XmlError> for Senseless {
    fn from(error: XmlError) -> Self {
        match error {
            XmlError::Malformed(what) => Self::NotXml(what),
            XmlError::Missing(name) => Self::Missing(name),
            XmlError::Ambiguous(name) => Self::Ambiguous(name),
            XmlError::Unusable(name) => Self::Unusable(name),
        }
    }
}

/// A value that is what STS's values are: printable ASCII, not empty, of bounded length.
fn plain(name: &'static str, text: &str) -> Result<String, Senseless> {
    let is_plain =
        (1..=MAX_VALUE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain
        .then(|| text.to_owned())
        .ok_or(Senseless::Unusable(name))
}

/// The longest ARN that IAM makes is below 1,200 characters (a path of 512, a name of 64).
const MAX_VALUE: usize = 2_048;
/// Of every answer of STS.
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

#[cfg(test)]
mod tests;
