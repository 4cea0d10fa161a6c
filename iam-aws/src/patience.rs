//! Asking again where that may help.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::time::sleep;

use crate::fetch::service_error::ServiceError;
use crate::http::HttpError;

/// Attempts until there is an answer that is not `try again later`: five at most, after pauses of
/// 0.1 to 2 s. Services let a burst of a few requests in a second through, and hundreds ask for
/// many.
pub(crate) async fn patiently<T>(
    attempt: impl AsyncFn() -> Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    let mut pauses = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(2))
        .with_max_times(ATTEMPTS - 1)
        .build();
    loop {
        let refused = match attempt().await {
            Err(error) if is_passing(&error) => error,
            decided => return decided,
        };
        match pauses.next() {
            Some(pause) => sleep(pause).await,
            None => return Err(refused),
        }
    }
}

/// Whether the same question may have an answer a moment later. What took its time once is not
/// waited for again.
pub(crate) fn is_passing(error: &ServiceError) -> bool {
    match error {
        ServiceError::Refused(refusal) => PASSING.contains(&refusal.code.as_str()),
        ServiceError::Senseless { status } => *status == 429 || *status >= 500,
        ServiceError::Unreached(error) => matches!(
            error,
            HttpError::Lookup { .. } | HttpError::Connect { .. } | HttpError::Exchange { .. }
        ),
        ServiceError::TimedOut(_) | ServiceError::Unmade(_) => false,
    }
}

/// Codes that services and what stands before them ask for patience with.
const PASSING: [&str; 10] = [
    "InternalFailure",
    "InternalServerException",
    "RequestLimitExceeded",
    "ServerException",
    "ServiceFailure",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// The first among them.
const ATTEMPTS: usize = 5;
