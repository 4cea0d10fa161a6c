//! Whose credentials, and whose token: what STS answers to `GetCallerIdentity`.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

mod verdict;
mod verify;

use iam_core::account::AccountId;
use iam_core::excerpt::Excerpt;
use iam_core::principal::{Principal, PrincipalError};
use thiserror::Error;

use super::service_error::ServiceError;
use super::{BoxError, Context, FetchError, run, sts};
use crate::credentials::Credentials;
pub use verdict::Denial;
pub use verify::{VerifyError, verify};

/// Who STS says that somebody is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    /// The identity.
    pub principal: Principal,
    /// `UserId`: the unique id of a user or role, with the session's name behind a colon.
    pub user_id: String,
}

/// An identity that cannot be.
#[derive(Debug, Error)]
enum CallerError {
    /// A value is not there.
    #[error("the answer holds no {0}")]
    Missing(&'static str),
    /// An ARN of nobody.
    #[error("the answer's Arn is nobody's")]
    Principal(#[from] PrincipalError),
    /// Two accounts.
    #[error("the answer's Account {account} is not that of its Arn, {arn}")]
    Account {
        /// The one.
        account: String,
        /// The ARN with the other.
        arn: String,
    },
}

/// Asks STS whose `credentials` are.
///
/// # Errors
/// When STS is not reached, refuses, or names nobody.
pub fn caller(credentials: &Credentials, context: &Context<'_>) -> Result<Caller, FetchError> {
    run(ask(credentials, context))
}

async fn ask(credentials: &Credentials, context: &Context<'_>) -> Result<Caller, FetchError> {
    let failed = |error: BoxError| FetchError::new("asking STS who the caller is", error);
    let client = sts::client(context, Some(credentials))
        .map_err(|error| failed(error.clone().into()).with_hint(error.hint()))?;
    let mut secrets = vec![credentials.secret_access_key.expose()];
    secrets.extend(
        credentials
            .session_token
            .as_ref()
            .map(|token| token.expose()),
    );
    let refused = |error: ServiceError| {
        let hint = hint(&error);
        let failure = failed(error.into());
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    };
    let answer = context
        .within(sts::CALL, client.get_caller_identity().send())
        .await
        .map_err(|error| refused(error.into()))?
        .map_err(|error| refused(ServiceError::of(error, &secrets)))?;
    let parts = [answer.account(), answer.arn(), answer.user_id()];
    Caller::new(parts).map_err(|error| failed(error.into()))
}

fn hint(error: &ServiceError) -> Option<String> {
    let hint = match error.code() {
        Some("InvalidClientTokenId" | "UnrecognizedClientException") => {
            "AWS does not know the access key: it may be deleted, inactive, or of another partition"
        }
        Some("SignatureDoesNotMatch") => {
            "the secret does not belong to the access key, or the system's clock is wrong"
        }
        Some("ExpiredToken" | "ExpiredTokenException") => {
            "the credentials have expired: get fresh ones where they came from"
        }
        _ => return error.hint(),
    };
    Some(hint.to_owned())
}

impl Caller {
    fn new([account, arn, user_id]: [Option<&str>; 3]) -> Result<Self, CallerError> {
        let account = account.ok_or(CallerError::Missing("Account"))?;
        let principal: Principal = arn.ok_or(CallerError::Missing("Arn"))?.parse()?;
        let user_id = user_id
            .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or(CallerError::Missing("UserId"))?;
        if account.parse::<AccountId>().ok() != Some(principal.account()) {
            return Err(CallerError::Account {
                account: Excerpt(account).to_string(),
                arn: principal.to_string(),
            });
        }
        Ok(Self {
            principal,
            user_id: user_id.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sts::111122223333:assumed-role/dev/me";

    #[test]
    fn a_caller_is_one_person_of_one_account() {
        let own = |parts: [Option<&str>; 3]| {
            Caller::new(parts)
                .map(|caller| (caller.principal.to_string(), caller.user_id))
                .map_err(|error| error.to_string())
        };
        let id = Some("AROA1:me");
        let table = [
            (
                [Some("111122223333"), Some(ARN), id],
                Ok((ARN.to_owned(), "AROA1:me".to_owned())),
            ),
            ([None, Some(ARN), id], Err("the answer holds no Account")),
            (
                [Some("111122223333"), None, id],
                Err("the answer holds no Arn"),
            ),
            (
                [Some("111122223333"), Some(ARN), None],
                Err("the answer holds no UserId"),
            ),
            (
                [Some("111122223333"), Some(ARN), Some("a\nb")],
                Err("the answer holds no UserId"),
            ),
            (
                [Some("111122223333"), Some("arn:aws:s3:::b"), id],
                Err("the answer's Arn is nobody's"),
            ),
            (
                [Some("444455556666"), Some(ARN), id],
                Err("the answer's Account 444455556666 is not that of its Arn, \
                     arn:aws:sts::111122223333:assumed-role/dev/me"),
            ),
        ];
        for (parts, expected) in table {
            assert_eq!(own(parts), expected.map_err(str::to_owned), "{parts:?}");
        }
    }
}
