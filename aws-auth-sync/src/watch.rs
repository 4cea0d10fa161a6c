//! `watch`: keeps aws-auth as the sources want it, for as long as it runs.
//!
//! Each sync is the line of `apply`, whole: read the sources, look, plan, guard, write, look again.
//! What follows the sources and aws-auth only tells that it is time for one.

mod changes;
mod files;
mod live;
mod pauses;
mod sources;
mod stop;
mod sync;
mod telling;

pub use stop::Stop;
pub use sync::{Setup, once};

use changes::Changes;
use pauses::{Pauses, resync};
use sync::{Outlook, Syncing};

/// Syncs at once, whenever something changes, and every few minutes, until it is asked to stop; a
/// sync that is under way then is finished.
pub async fn watch(setup: Setup<'_>, stop: &mut Stop) {
    let changes = Changes::default();
    let mut syncing = Syncing::new(setup);
    tokio::select! {
        never = files::follow(setup.files, &changes) => match never {},
        never = live::follow(setup.cluster, &changes) => match never {},
        () = keep(&mut syncing, &changes, stop) => {}
    }
}

async fn keep(syncing: &mut Syncing<'_>, changes: &Changes, stop: &mut Stop) {
    let mut pauses = Pauses::default();
    loop {
        let pause = match syncing.sync().await {
            Outlook::Passing => pauses.next(),
            Outlook::Settled => {
                pauses = Pauses::default();
                resync()
            }
        };
        tokio::select! {
            () = stop.asked() => return,
            () = changes.settled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
