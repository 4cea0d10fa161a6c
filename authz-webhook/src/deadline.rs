//! A deadline that costs nothing where there is nothing to wait for.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::error::Elapsed;

/// [`tokio::time::timeout`], but for a timer that is made only when `future` has to wait: an
/// answer from the cache never does. Pinned already: it is not copied, and found room for once.
///
/// # Errors
/// `future` was not done in time.
pub async fn within<F: Future>(
    limit: Duration,
    mut future: Pin<&mut F>,
) -> Result<F::Output, Elapsed> {
    match poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => tokio::time::timeout(limit, future).await,
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ends_what_takes_too_long_and_nothing_else() {
        let limit = Duration::from_secs(1);
        let sleep = |part| tokio::time::sleep(limit * part / 10);
        let ready = pin!(std::future::ready(()));
        assert!(within(limit, ready).await.is_ok());
        assert!(within(limit, pin!(sleep(9))).await.is_ok());
        assert!(within(limit, pin!(sleep(11))).await.is_err());
    }
}
