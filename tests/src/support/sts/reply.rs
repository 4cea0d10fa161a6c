//! What leaves for a verdict, after the fault in force has had its way.

use tokio::sync::watch;

use super::answer::{Format, contradicted};
use super::fault::Fault;
use super::verdict::{Outcome, StsError};
use crate::support::serve::{Answer, Reply};

/// The reply. A held request waits for `clearing`.
pub(super) async fn reply(
    verdict: Option<Result<Outcome, StsError>>,
    fault: Option<Fault>,
    format: Format,
    request_id: &str,
    mut clearing: watch::Receiver<u64>,
) -> Reply {
    let right = |verdict, format| match verdict {
        Some(Ok(Outcome::Caller(caller))) => Answer::of_caller(&caller, format, request_id),
        Some(Ok(Outcome::Assumed(assumed))) => Answer::of_session(&assumed, format, request_id),
        Some(Err(error)) => Answer::of_error(&error, format, request_id),
        None => Answer::redirect(IAM_PAGE),
    };
    let error = |status, code, message: &str| {
        Answer::of_error(
            &StsError::new(status, code, message.to_owned()),
            format,
            request_id,
        )
    };
    let answer = match fault {
        None => right(verdict, format),
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            right(verdict, format)
        }
        Some(Fault::Hold) => {
            // An error means that the server is gone, and with it this connection.
            drop(clearing.changed().await);
            right(verdict, format)
        }
        Some(Fault::Throttle) => error(400, "Throttling", "Rate exceeded"),
        Some(Fault::AccessDenied) => error(403, "AccessDenied", "Access denied"),
        Some(Fault::IdpCommunicationError) => error(
            400,
            "IDPCommunicationError",
            "Error communicating with the identity provider",
        ),
        Some(Fault::InternalFailure) => {
            error(500, "InternalFailure", "An internal error has occurred.")
        }
        Some(Fault::Unavailable) => error(503, "ServiceUnavailable", "Service is unavailable."),
        Some(Fault::CloseBeforeAnswer) => return Reply::Close,
        Some(Fault::TruncatedBody) => return Reply::Truncated(right(verdict, format)),
        Some(Fault::Redirect(location)) => Answer::redirect(&location),
        Some(Fault::Oversize(len)) => {
            right(verdict, format).map_body(|body| " ".repeat(len) + &body)
        }
        Some(Fault::Garbage) => {
            right(verdict, format).map_body(|_| "{\"GetCallerIdentity".to_owned())
        }
        Some(Fault::EmptyBody) => right(verdict, format).map_body(|_| String::new()),
        Some(Fault::WrongContentType) => right(verdict, format).header("content-type", "text/html"),
        Some(Fault::Xml) => right(verdict, Format::Xml),
        Some(Fault::DuplicateKeys) => right(verdict, format).with_duplicate_arn(),
        Some(Fault::Contradiction(kind)) => right(
            verdict.map(|result| result.map(|outcome| contradicted(outcome, kind))),
            format,
        ),
    };
    Reply::Answer(answer)
}

/// Where STS sends a GET without an action.
const IAM_PAGE: &str = "https://aws.amazon.com/iam";
