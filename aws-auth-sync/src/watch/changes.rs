//! Word that something may have changed.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// Gathers words into one.
#[derive(Debug, Default)]
pub(super) struct Changes(Notify);

impl Changes {
    /// Something may have changed.
    pub(super) fn tell(&self) {
        self.0.notify_one();
    }

    /// Waits for word, and until no more of it has come for a while.
    pub(super) async fn settled(&self) {
        self.0.notified().await;
        let latest = Instant::now() + LONGEST;
        while Instant::now() < latest && timeout(QUIET, self.0.notified()).await.is_ok() {}
    }
}

/// Several writes of one editor, or files of one checkout, become one sync.
const QUIET: Duration = Duration::from_secs(1);
/// Whoever never rests does not put it off for ever.
const LONGEST: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    async fn took(changes: &Changes) -> Duration {
        let begin = Instant::now();
        changes.settled().await;
        begin.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn word_acts_after_a_second_of_quiet() {
        let changes = Changes::default();
        changes.tell();
        changes.tell();
        assert_eq!(took(&changes).await, QUIET);
        let more = async {
            for _ in 0..3 {
                changes.tell();
                tokio::time::sleep(QUIET / 2).await;
            }
        };
        let (took, ()) = tokio::join!(took(&changes), more);
        assert_eq!(took, QUIET * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_never_rests_does_not_put_it_off_for_ever() {
        let changes = Changes::default();
        let restless = async {
            loop {
                changes.tell();
                tokio::time::sleep(QUIET / 2).await;
            }
        };
        tokio::select! {
            () = restless => {}
            took = took(&changes) => assert_eq!(took, LONGEST),
        }
    }
}
