//! What IAM answers with.

use iam_core::xml::{Element, Namespace, XmlError};

use super::Named;
use crate::credentials::Credentials;
use crate::fetch::service_error::Refusal;

/// The ARN in the body of a 200.
pub(super) fn arn(kind: Named, body: &[u8]) -> Result<String, XmlError> {
    let text = std::str::from_utf8(body).map_err(|_| XmlError::Malformed("not UTF-8"))?;
    let (response, result, named) = match kind {
        Named::Role => ("GetRoleResponse", "GetRoleResult", "Role"),
        Named::User => ("GetUserResponse", "GetUserResult", "User"),
    };
    let document = Element::parse(text, response, Namespace::Is(NAMESPACE))?;
    let named = document.child(result)?.child(named)?;
    Ok(named.text_of("Arn")?.to_owned())
}

/// What an answer that is no 200 says.
pub(super) fn refusal(body: &[u8], credentials: &Credentials) -> Option<Refusal> {
    let text = std::str::from_utf8(body).ok()?;
    let document = Element::parse(text, "ErrorResponse", Namespace::Is(NAMESPACE)).ok()?;
    let error = document.child("Error").ok()?;
    let code = error.text_of("Code").ok().filter(|code| !code.is_empty())?;
    let message = error.text_of("Message").unwrap_or_default();
    let request_id = document.text_of("RequestId").unwrap_or_default();
    let token = credentials.session_token.as_ref();
    let secrets: Vec<&str> = [credentials.secret_access_key.expose()]
        .into_iter()
        .chain(token.map(|token| token.expose()))
        .collect();
    Some(Refusal::new([code, message, request_id], &secrets))
}

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
