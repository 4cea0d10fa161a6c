//! Sources that are watched in the cluster: each is listed once and watched ever after, and begun
//! anew when that fails.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::config::Config;

/// Pauses between attempts: short enough to be back soon after the API server is.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A source that is watched.
pub(super) trait WatchedSource {
    /// Lists and watches until something fails. Then all is begun anew with a listing: a watch
    /// that is merely resumed does not say whether everything is still what it was.
    fn watch_once(&mut self, config: &Config) -> impl Future<Output = Told> + Send;
}

/// Whether the API server said anything before it failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Told {
    Something,
    Nothing,
}

/// Loads the source and keeps it fresh, for as long as the runtime lives.
pub(super) async fn follow(
    config: &Config,
    mut reloads: watch::Receiver<()>,
    mut source: impl WatchedSource,
) {
    let mut pauses = pauses().build();
    loop {
        tokio::select! {
            told = source.watch_once(config) => {
                if told == Told::Something {
                    pauses = self::pauses().build();
                }
                sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
            }
            asked = reloads.changed() => if asked.is_err() { return },
        }
    }
}

/// Pauses that grow, with jitter.
pub(super) fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .with_jitter()
}
