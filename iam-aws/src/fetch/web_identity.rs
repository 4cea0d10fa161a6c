//! A role, assumed with the token of an identity provider (IRSA).
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use super::service_error::ServiceError;
use super::{BoxError, Context, FetchError, secret_file, sts};
use crate::credentials::Credentials;
use crate::source::WebIdentity;

/// Assumes the role with the token that the file holds now.
pub(super) async fn fetch(
    source: &WebIdentity,
    context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    let failed = |error: BoxError| FetchError::new(doing(source), error);
    let token = secret_file::read(&source.token_file).map_err(|error| {
        failed(error.into()).with_hint(
            "in a pod, check its service account's eks.amazonaws.com/role-arn annotation and that \
             the token is mounted; else set AWS_WEB_IDENTITY_TOKEN_FILE to the file",
        )
    })?;
    let client = sts::client(context, None)
        .map_err(|error| failed(error.clone().into()).with_hint(error.hint()))?;
    let request = client
        .assume_role_with_web_identity()
        .role_arn(source.role_arn.to_string())
        .role_session_name(sts::session_name(source.session_name.as_ref(), context))
        .web_identity_token(&token);
    let refused = |error: ServiceError| {
        let hint = hint(&error);
        let failure = failed(error.into());
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    };
    let answer = context
        .within(sts::CALL, request.send())
        .await
        .map_err(|error| refused(error.into()))?
        .map_err(|error| refused(ServiceError::of(error, &[&token])))?;
    sts::credentials(answer.credentials(), context).map_err(|error| failed(error.into()))
}

fn doing(source: &WebIdentity) -> String {
    format!(
        "assuming {} with the token of {} ({})",
        source.role_arn,
        source.token_file.display(),
        source.origin
    )
}

fn hint(error: &ServiceError) -> Option<String> {
    let hint = match error.code() {
        Some("ExpiredTokenException" | "ExpiredToken") => {
            "the token has expired: whatever writes the file must renew it"
        }
        Some("InvalidIdentityToken") => {
            "the account needs an IAM OIDC provider of the token's issuer, with audience \
             sts.amazonaws.com"
        }
        Some("AccessDenied" | "IDPRejectedClaim") => {
            "the role's trust policy must allow sts:AssumeRoleWithWebIdentity for the token's \
             issuer, subject and audience"
        }
        Some("RegionDisabledException") => {
            "STS is not active in this region for the account: give another with --region"
        }
        Some(_) | None => return error.hint(),
    };
    Some(hint.to_owned())
}
