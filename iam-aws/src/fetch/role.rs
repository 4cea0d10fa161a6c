//! A role, assumed with the credentials of another source.

use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use iam_core::arn::Arn;

use super::service_error::ServiceError;
use super::{BoxError, Context, FetchError, MfaPrompt, sts};
use crate::credentials::Credentials;
use crate::mfa;
use crate::source::{RoleRequest, RoleSource};

/// Assumes the role with the credentials `base`.
pub(super) async fn fetch(
    role: &RoleSource,
    base: &Credentials,
    context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    let failed = |error: BoxError| FetchError::new(doing(role), error);
    let client = sts::client(context, Some(base))
        .map_err(|error| failed(error.clone().into()).with_hint(error.hint()))?;
    let code = mfa_code(role, context)?;
    let mut request = parameters(
        client.assume_role(),
        &role.request,
        code.as_deref(),
        context,
    )
    .customize();
    if let Some(resource) = context.resource().cloned() {
        request = request.mutate_request(move |request| name_resource(request, &resource));
    }
    let mut secrets = vec![base.secret_access_key.expose()];
    secrets.extend(base.session_token.as_ref().map(|token| token.expose()));
    secrets.extend(code.as_deref());
    let refused = |error: ServiceError| {
        let hint = hint(&error, &role.request);
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
        .map_err(|error| refused(ServiceError::of(error, &secrets)))?;
    sts::credentials(answer.credentials(), context).map_err(|error| failed(error.into()))
}

fn doing(role: &RoleSource) -> String {
    format!("assuming {} ({})", role.request.role_arn, role.origin)
}

fn parameters(
    call: AssumeRoleFluentBuilder,
    request: &RoleRequest,
    code: Option<&str>,
    context: &Context<'_>,
) -> AssumeRoleFluentBuilder {
    let seconds = request.duration.map(|duration| duration.as_secs());
    call.role_arn(request.role_arn.to_string())
        .role_session_name(sts::session_name(request.session_name.as_ref(), context))
        .set_external_id(request.external_id.clone())
        .set_duration_seconds(seconds.and_then(|seconds| seconds.try_into().ok()))
        .set_serial_number(request.mfa_serial.clone())
        .set_token_code(code.map(str::to_owned))
}

/// Before it is signed. An ARN is printable ASCII, so that there is nothing to refuse.
fn name_resource(request: &mut HttpRequest, resource: &Arn) {
    let headers = request.headers_mut();
    let _ = headers.try_insert(SOURCE_ARN, resource.to_string());
    if !resource.account().is_empty() {
        let _ = headers.try_insert(SOURCE_ACCOUNT, resource.account().to_owned());
    }
}

/// Asks for the code when everything else is there: it is good for half a minute.
fn mfa_code(role: &RoleSource, context: &Context<'_>) -> Result<Option<String>, FetchError> {
    let Some(serial) = role.request.mfa_serial.as_deref() else {
        return Ok(None);
    };
    let failed = |cause: BoxError| {
        FetchError::new(
            format!(
                "asking for the code of MFA device {serial}, to assume {}",
                role.request.role_arn
            ),
            cause,
        )
    };
    match context.mfa() {
        MfaPrompt::Ask(ask) => ask(serial).map(Some).map_err(failed),
        MfaPrompt::Unavailable { reason } => Err(failed(reason.into()).with_hint(mfa::REMEDY)),
    }
}

fn hint(error: &ServiceError, request: &RoleRequest) -> Option<String> {
    let ServiceError::Refused(refusal) = error else {
        return error.hint();
    };
    let mfa = refusal.message.contains("MultiFactorAuthentication");
    let hint = match refusal.code.as_str() {
        "AccessDenied" | "AccessDeniedException" if mfa => {
            "type the device's newest code: each is good once, and for half a minute".to_owned()
        }
        "AccessDenied" | "AccessDeniedException" => format!(
            "the caller's policies must allow sts:AssumeRole on the role, and the role's trust \
             policy must name the caller{}",
            unmet(request)
        ),
        "ExpiredToken" | "ExpiredTokenException" => {
            "the credentials that it is assumed with have expired: get fresh ones where they came \
             from"
                .to_owned()
        }
        "RegionDisabled" | "RegionDisabledException" => {
            "STS is not active in this region for the account: give another with --region, or \
             activate it in the IAM console"
                .to_owned()
        }
        "ValidationError" if request.duration.is_some() => {
            "a role allows at most its own maximum session duration, and an hour when it is assumed \
             by another role: give a smaller duration"
                .to_owned()
        }
        _ => return error.hint(),
    };
    Some(hint)
}

/// What a trust policy often demands, and the request does not hold.
fn unmet(request: &RoleRequest) -> &'static str {
    match (&request.external_id, &request.mfa_serial) {
        (None, None) => "; it may also demand an external id or MFA, and none is set",
        (None, Some(_)) => "; it may also demand an external id, and none is set",
        (Some(_), None) => {
            "; its external id must be the one that is set, and it may also demand MFA"
        }
        (Some(_), Some(_)) => "; its external id must be the one that is set",
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn>
const SOURCE_ARN: &str = "x-amz-source-arn";
const SOURCE_ACCOUNT: &str = "x-amz-source-account";
