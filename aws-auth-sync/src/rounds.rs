//! Rounds of looking, planning and writing.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use thiserror::Error;

/// aws-auth changed each time between looking and writing.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the live aws-auth changed {ATTEMPTS} times between looking and writing")]
pub struct Contended;

impl Contended {
    /// What a person can do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        "find out which other tool writes aws-auth, then apply again"
    }
}

/// Goes round until a round comes to something; one that gives `None` was overtaken by somebody
/// else's write.
///
/// # Errors
/// The first error of a round, and [`Contended`] after the last of them.
pub async fn until_written<T, E: From<Contended>>(
    mut round: impl AsyncFnMut() -> Result<Option<T>, E>,
) -> Result<T, E> {
    let mut pauses = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_millis(500))
        .with_max_times(ATTEMPTS - 1)
        .build();
    loop {
        if let Some(done) = round().await? {
            return Ok(done);
        }
        let Some(pause) = pauses.next() else {
            return Err(Contended.into());
        };
        tracing::info!("aws-auth has changed meanwhile: planning again");
        tokio::time::sleep(pause).await;
    }
}

/// How often a plan is made before others are left to finish first.
const ATTEMPTS: usize = 10;
