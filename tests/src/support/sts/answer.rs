//! How STS spells an answer: JSON when `Accept` asks for it, else XML.

use serde_json::json;

use super::assume::Assumed;
use super::caller::Caller;
use super::fault::Contradiction;
use super::verdict::{Outcome, StsError};
use super::web_identity::{AUDIENCE, ISSUER};
use crate::support::clock::{epoch_seconds, rfc3339};
use crate::support::serve::Answer;

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Format {
    Json,
    Xml,
}

impl Format {
    pub(super) fn of_accept(accept: Option<&str>) -> Self {
        let json = accept.is_some_and(|accept| accept.contains("application/json"));
        if json { Self::Json } else { Self::Xml }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "text/xml",
        }
    }
}

impl Answer {
    pub(super) fn of_caller(caller: &Caller, format: Format, request_id: &str) -> Self {
        let Caller {
            arn,
            account,
            user_id,
        } = caller;
        let body = match format {
            Format::Json => json!({"GetCallerIdentityResponse": {
                "GetCallerIdentityResult": {"Account": account, "Arn": arn, "UserId": user_id},
                "ResponseMetadata": {"RequestId": request_id},
            }})
            .to_string(),
            Format::Xml => format!(
                "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\n  <GetCallerIdentityResult>\n    \
                 <Arn>{}</Arn>\n    <UserId>{}</UserId>\n    <Account>{}</Account>\n  \
                 </GetCallerIdentityResult>\n  <ResponseMetadata>\n    \
                 <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n\
                 </GetCallerIdentityResponse>\n",
                escaped(arn),
                escaped(user_id),
                escaped(account)
            ),
        };
        Self::new(200, format.content_type(), body)
    }

    pub(super) fn of_session(assumed: &Assumed, format: Format, request_id: &str) -> Self {
        match format {
            Format::Json => Self::new(
                200,
                format.content_type(),
                session_json(assumed, request_id),
            ),
            Format::Xml => Self::new(200, format.content_type(), session_xml(assumed, request_id)),
        }
    }

    pub(super) fn of_error(error: &StsError, format: Format, request_id: &str) -> Self {
        let StsError {
            status,
            code,
            message,
        } = error;
        let kind = if *status >= 500 { "Receiver" } else { "Sender" };
        let body = match format {
            Format::Json => json!({
                "Error": {"Code": code, "Message": message, "Type": kind},
                "RequestId": request_id,
            })
            .to_string(),
            Format::Xml => format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>{kind}</Type>\n    \
                 <Code>{code}</Code>\n    <Message>{}</Message>\n  </Error>\n  \
                 <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n",
                escaped(message)
            ),
        };
        Self::new(*status, format.content_type(), body)
    }

    /// The answer with a second `Arn`, another principal's.
    pub(super) fn with_duplicate_arn(self) -> Self {
        let other = Caller::user("999999999999", "somebody-else").arn;
        let twice = format!("\"Arn\":\"{other}\",\"UserId\"");
        self.map_body(|body| body.replacen("\"UserId\"", &twice, 1))
    }
}

/// The operation whose answer a session is.
fn operation(assumed: &Assumed) -> &'static str {
    match assumed.provider {
        Some(_) => "AssumeRoleWithWebIdentity",
        None => "AssumeRole",
    }
}

fn session_json(assumed: &Assumed, request_id: &str) -> String {
    let (operation, keys) = (operation(assumed), &assumed.keys);
    let mut result = json!({
        "AssumedRoleUser": {"Arn": assumed.caller.arn, "AssumedRoleId": assumed.caller.user_id},
        "Credentials": {
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key,
            "SessionToken": keys.session_token,
            "Expiration": epoch_seconds(assumed.end),
        },
    });
    if let (Some(provider), Some(result)) = (&assumed.provider, result.as_object_mut()) {
        result.insert("Audience".to_owned(), json!(AUDIENCE));
        result.insert("Provider".to_owned(), json!(ISSUER));
        let subject = json!(provider.subject);
        result.insert("SubjectFromWebIdentityToken".to_owned(), subject);
    }
    json!({format!("{operation}Response"): {
        format!("{operation}Result"): result,
        "ResponseMetadata": {"RequestId": request_id},
    }})
    .to_string()
}

fn session_xml(assumed: &Assumed, request_id: &str) -> String {
    let (operation, keys, caller) = (operation(assumed), &assumed.keys, &assumed.caller);
    let provider = assumed.provider.as_ref().map(|provider| {
        element("SubjectFromWebIdentityToken", &provider.subject)
            + &element("Audience", AUDIENCE)
            + &element("Provider", ISSUER)
    });
    let user = element("AssumedRoleId", &caller.user_id) + &element("Arn", &caller.arn);
    let credentials = element("AccessKeyId", &keys.access_key_id)
        + &element("SecretAccessKey", &keys.secret_access_key)
        + &element(
            "SessionToken",
            keys.session_token.as_deref().unwrap_or_default(),
        )
        + &element("Expiration", &rfc3339(assumed.end));
    format!(
        "<{operation}Response xmlns=\"{NAMESPACE}\">\n  <{operation}Result>\n    {}\n    \
         <AssumedRoleUser>{user}</AssumedRoleUser>\n    \
         <Credentials>{credentials}</Credentials>\n  </{operation}Result>\n  \
         <ResponseMetadata>{}</ResponseMetadata>\n</{operation}Response>\n",
        provider.unwrap_or_default(),
        element("RequestId", request_id)
    )
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// The caller with one value that is not his. Sessions are issued as they are.
pub(super) fn contradicted(outcome: Outcome, contradiction: Contradiction) -> Outcome {
    let Outcome::Caller(mut caller) = outcome else {
        return outcome;
    };
    match contradiction {
        Contradiction::Account => "999999999999".clone_into(&mut caller.account),
        Contradiction::Partition => caller = caller.in_partition("aws-cn"),
        Contradiction::Arn => caller.arn = format!("arn:aws:iam::{}:group/readers", caller.account),
        Contradiction::UserId => {
            caller.user_id = format!("AROAEXAMPLEEXAMPLE999:{}", "somebody-else")
        }
    }
    Outcome::Caller(caller)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
