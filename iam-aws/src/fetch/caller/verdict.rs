//! What STS says to a presigned request, in JSON as the webhook asks for it.

use serde::Deserialize;
use thiserror::Error;

use super::super::service_error::said;

/// What a 200 holds.
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(rename = "GetCallerIdentityResponse")]
    response: Response,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "GetCallerIdentityResult")]
    result: Identity,
}

/// Three values, each of which must be there.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Identity {
    pub(super) account: String,
    pub(super) arn: String,
    pub(super) user_id: String,
}

impl Answer {
    /// Reads the body of a 200.
    pub(super) fn parse(body: &[u8]) -> Option<Identity> {
        let answer: Self = serde_json::from_slice(body).ok()?;
        Some(answer.response.result)
    }
}

/// What STS denies a token with.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("STS denies it with {code}{}", meaning(code).map(|meaning| format!(": {meaning}")).unwrap_or_default())]
pub struct Denial {
    code: String,
}

impl Denial {
    /// Reads the body of an answer that is no 200.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let refusal: Refusal = serde_json::from_slice(body).ok()?;
        let code = said(&refusal.error.code, &[]);
        (!code.is_empty()).then_some(Self { code })
    }

    /// Whether another try could end otherwise.
    pub(super) fn is_passing(&self) -> bool {
        PASSING.contains(&self.code.as_str())
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self.code.as_str() {
            "SignatureDoesNotMatch" => {
                "verify with the identifier that the token was made for: the cluster's name, or what \
                 the server's clusterID says"
            }
            "ExpiredToken" | "ExpiredTokenException" => {
                "sign in again where the credentials came from, and make a new token"
            }
            _ if self.is_passing() => "try again in a while",
            _ => "token-exec whoami says which credentials are used now",
        };
        hint.to_owned()
    }
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "Error")]
    error: Code,
}

#[derive(Deserialize)]
struct Code {
    #[serde(rename = "Code")]
    code: String,
}

/// What a code means for a token.
fn meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "SignatureDoesNotMatch" => {
            "the signature does not match: the token is for another cluster, was changed, or was \
             signed with a secret that is not the key's"
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            "the credentials that it was signed with have expired"
        }
        "InvalidClientTokenId" => {
            "AWS does not know the access key or its session: it was deleted, is inactive, is of \
             another partition, or its region is not active in the account"
        }
        "RequestExpired" => "it was signed too long ago, or is from the future",
        "AccessDenied" | "AccessDeniedException" => "the session was revoked",
        "IncompleteSignature" | "MissingAuthenticationToken" => {
            "STS does not see a signed request: something between changed it"
        }
        _ => return None,
    })
}

/// Codes of a service that asks for patience.
const PASSING: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "SlowDown",
    "InternalFailure",
    "InternalError",
    "ServiceUnavailable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_identity_and_nothing_that_is_less() {
        let whole = br#"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"1","Arn":"a","UserId":"u"},"ResponseMetadata":{"RequestId":"r"}}}"#;
        let identity = Answer::parse(whole).unwrap();
        assert_eq!(
            [identity.account, identity.arn, identity.user_id],
            ["1", "a", "u"]
        );
        let twice = String::from_utf8_lossy(whole).replace("\"UserId\"", "\"Arn\"");
        for body in [
            "",
            "<GetCallerIdentityResponse/>",
            "{}",
            r#"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"1","Arn":"a"}}}"#,
            &twice,
        ] {
            assert!(Answer::parse(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn a_denial_says_what_its_code_means() {
        let denial = |code: &str| {
            let body = format!(r#"{{"Error":{{"Code":"{code}","Message":"m"}},"RequestId":"r"}}"#);
            Denial::parse(body.as_bytes()).unwrap()
        };
        assert_eq!(
            denial("SignatureDoesNotMatch").to_string(),
            "STS denies it with SignatureDoesNotMatch: the signature does not match: the token is \
             for another cluster, was changed, or was signed with a secret that is not the key's",
        );
        assert_eq!(denial("Odd").to_string(), "STS denies it with Odd");
        assert!(denial("Throttling").is_passing());
        assert!(!denial("SignatureDoesNotMatch").is_passing());
        assert_eq!(Denial::parse(b"<Error><Code>a</Code></Error>"), None);
    }
}
