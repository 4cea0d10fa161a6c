//! Sources in files: what they hold is looked at every second.
//!
//! That sees a renamed file, a link that leads elsewhere (git-sync, a mounted ConfigMap) and a file
//! system without notifications alike. 4 MiB are read in a few milliseconds.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::changes::Changes;
use crate::input::{self, Input};

/// Tells whenever the files hold something else, the first time included.
pub(super) async fn follow(paths: &[PathBuf], changes: &Changes) -> Infallible {
    let mut seen = None;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let now = Some(look(paths));
        if now != seen {
            seen = now;
            changes.tell();
        }
    }
}

/// That they cannot be read is one more thing that changes.
fn look(paths: &[PathBuf]) -> Result<Vec<Input>, String> {
    input::read(paths).map_err(|error| error.to_string())
}

const LOOK: Duration = Duration::from_secs(1);
