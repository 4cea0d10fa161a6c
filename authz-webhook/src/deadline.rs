//! A deadline that costs nothing where there is nothing to wait for.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::error::Elapsed;

/// [`tokio::time::timeout`], but for a timer that is made only when `future` has to wait: an
/// answer from the cache never does.
///
/// # Errors
/// `future` was not done in time.
pub async fn within<F: Future>(limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    match poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => tokio::time::timeout(limit, future).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ends_what_takes_too_long_and_nothing_else() {
        let limit = Duration::from_secs(1);
        let sleep = |part| tokio::time::sleep(limit * part / 10);
        assert!(within(limit, std::future::ready(())).await.is_ok());
        assert!(within(limit, sleep(9)).await.is_ok());
        assert!(within(limit, sleep(11)).await.is_err());
    }
}
