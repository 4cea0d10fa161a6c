//! What STS says: the identity, or an error with a code.
//!
//! We ask for JSON (`Accept: application/json`) and take nothing else. A key that is there twice
//! or in another case is refused: whoever reads it the other way would see another caller.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::failure::Senseless;

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

impl Answer {
    /// Reads the body of a 200.
    ///
    /// # Errors
    /// [`Senseless`] where the document is not exactly of STS's shape.
    pub fn parse(body: &[u8]) -> Result<Self, Senseless> {
        let document: Json<'_> = serde_json::from_slice(body).map_err(|_| Senseless::NotJson)?;
        let result = document
            .field("GetCallerIdentityResponse")?
            .field("GetCallerIdentityResult")?;
        Ok(Self {
            account: result.text("Account")?,
            arn: result.text("Arn")?,
            user_id: result.text("UserId")?,
        })
    }
}

/// The error code of an answer that is not a 200, where it has one.
pub(super) fn error_code(body: &[u8]) -> Option<String> {
    let document: Json<'_> = serde_json::from_slice(body).ok()?;
    document.field("Error").ok()?.text("Code").ok()
}

/// As much of JSON as is needed here, duplicates kept.
enum Json<'a> {
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
    Text(Cow<'a, str>),
    Other,
}

impl<'a> Json<'a> {
    /// The value of `name`, which must be there once, in this very spelling.
    fn field(&self, name: &'static str) -> Result<&Json<'a>, Senseless> {
        let Self::Object(members) = self else {
            return Err(Senseless::Missing(name));
        };
        let mut named = members
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        match (named.next(), named.next()) {
            (None, _) => Err(Senseless::Missing(name)),
            (Some((key, value)), None) if key == name => Ok(value),
            (Some(_), _) => Err(Senseless::Ambiguous(name)),
        }
    }

    fn text(&self, name: &'static str) -> Result<String, Senseless> {
        match self.field(name)? {
            Self::Text(text) if is_plain(text) => Ok(text.clone().into_owned()),
            Self::Text(_) | Self::Object(_) | Self::Other => Err(Senseless::Unusable(name)),
        }
    }
}

/// Whether a value is what STS's values are: printable ASCII, not empty, of bounded length.
fn is_plain(text: &str) -> bool {
    (1..=MAX_VALUE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The longest ARN that IAM makes is below 1,200 characters (a path of 512, a name of 64).
const MAX_VALUE: usize = 2_048;

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            members.push((key, map.next_value()?));
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Json::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Json::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Other)
    }
}

/// A key: `Cow`'s own `Deserialize` would copy every one.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(result: &str) -> String {
        format!(
            r#"{{"GetCallerIdentityResponse":{{"GetCallerIdentityResult":{result},"ResponseMetadata":{{"RequestId":"r-1"}}}}}}"#
        )
    }

    const ALICE: &str = r#"{"Account":"111122223333","Arn":"arn:aws:iam::111122223333:user/Alice","UserId":"AIDA1"}"#;

    #[test]
    fn reads_the_answer_of_sts() {
        let expected = Answer {
            account: "111122223333".to_owned(),
            arn: "arn:aws:iam::111122223333:user/Alice".to_owned(),
            user_id: "AIDA1".to_owned(),
        };
        assert_eq!(Answer::parse(body(ALICE).as_bytes()), Ok(expected.clone()));
        let spaced = body(ALICE).replace("\":", "\" : ").replace(',', ",\n ");
        assert_eq!(Answer::parse(spaced.as_bytes()), Ok(expected));
    }

    #[test]
    fn refuses_whatever_could_be_read_in_two_ways() {
        let table = [
            ("", Senseless::NotJson),
            ("xxxx", Senseless::NotJson),
            ("null", Senseless::Missing("GetCallerIdentityResponse")),
            ("{}", Senseless::Missing("GetCallerIdentityResponse")),
            ("[]", Senseless::Missing("GetCallerIdentityResponse")),
            ("<GetCallerIdentityResponse/>", Senseless::NotJson),
        ];
        for (text, expected) in table {
            assert_eq!(Answer::parse(text.as_bytes()), Err(expected), "{text}");
        }
        let trailing = format!("{}{{}}", body(ALICE));
        assert_eq!(Answer::parse(trailing.as_bytes()), Err(Senseless::NotJson));
    }

    #[test]
    fn refuses_values_that_are_missing_double_or_of_another_kind() {
        let results = [
            (r#"{"Account":"1","UserId":"A"}"#, Senseless::Missing("Arn")),
            (
                r#"{"Account":"1","Arn":"a","Arn":"b","UserId":"A"}"#,
                Senseless::Ambiguous("Arn"),
            ),
            (
                r#"{"Account":"1","Arn":"a","arn":"b","UserId":"A"}"#,
                Senseless::Ambiguous("Arn"),
            ),
            (
                r#"{"Account":"1","arn":"b","UserId":"A"}"#,
                Senseless::Ambiguous("Arn"),
            ),
            (
                r#"{"Account":1,"Arn":"b","UserId":"A"}"#,
                Senseless::Unusable("Account"),
            ),
            (
                r#"{"Account":"1","Arn":null,"UserId":"A"}"#,
                Senseless::Unusable("Arn"),
            ),
            (
                r#"{"Account":"1","Arn":["b"],"UserId":"A"}"#,
                Senseless::Unusable("Arn"),
            ),
            (
                r#"{"Account":"1","Arn":"","UserId":"A"}"#,
                Senseless::Unusable("Arn"),
            ),
            (
                r#"{"Account":"1","Arn":"b","UserId":"A\nB"}"#,
                Senseless::Unusable("UserId"),
            ),
            (
                r#"{"Account":"1","Arn":"b","UserId":"\u00e4"}"#,
                Senseless::Unusable("UserId"),
            ),
            (
                r#"{"A\u0063count":"1","Account":"2","Arn":"b","UserId":"A"}"#,
                Senseless::Ambiguous("Account"),
            ),
        ];
        for (result, expected) in results {
            assert_eq!(
                Answer::parse(body(result).as_bytes()),
                Err(expected),
                "{result}"
            );
        }
        let twice = r#"{"GetCallerIdentityResponse":{},"getcalleridentityresponse":{}}"#;
        assert_eq!(
            Answer::parse(twice.as_bytes()),
            Err(Senseless::Ambiguous("GetCallerIdentityResponse"))
        );
    }

    #[test]
    fn finds_the_code_of_an_error_and_nothing_in_its_message() {
        let error = r#"{"Error":{"Code":"SignatureDoesNotMatch","Message":"Throttling","Type":"Sender"},"RequestId":"r"}"#;
        assert_eq!(
            error_code(error.as_bytes()).as_deref(),
            Some("SignatureDoesNotMatch")
        );
        for senseless in ["", "<html>", r#"{"Error":{}}"#, r#"{"Error":{"Code":1}}"#] {
            assert_eq!(error_code(senseless.as_bytes()), None, "{senseless}");
        }
    }
}
