//! A request that panics costs its caller a 503, not everybody the process.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// A future panicked; the hook has reported where.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Panicked;

/// Runs a future to its end or its panic.
///
/// # Errors
/// The future panicked. It is not polled again, and what it shared with others must bear that: state
/// behind locks is replaced whole here, never edited in steps.
pub async fn caught<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Panicked> {
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}

/// From now on a panic is reported by its place alone: its message may hold what a caller sent.
pub fn report_places_only() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => tracing::error!("panicked at {}:{}", place.file(), place.line()),
        None => tracing::error!("panicked"),
    }));
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn turns_a_panic_into_an_error() {
        let panicking = async {
            tokio::task::yield_now().await;
            panic!("for the test");
        };
        let panicking = pin!(panicking);
        assert_eq!(caught(panicking).await.map(|(): ()| ()), Err(Panicked));
    }

    #[tokio::test]
    async fn hands_the_output_through() {
        let late = async {
            tokio::task::yield_now().await;
            7
        };
        assert_eq!(caught(pin!(late)).await, Ok(7));
    }
}
