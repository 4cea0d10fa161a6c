//! `watch`: keeps aws-auth as the sources want it, for as long as it runs.
//!
//! Each sync is the line of `apply`, whole: read the sources, look, plan, guard, write, look again.
//! What follows the sources and aws-auth only tells that it is time for one.

mod changes;
mod files;
mod lease;
mod live;
mod pauses;
mod sources;
mod stop;
mod sync;
mod telling;

use tokio::sync::watch::Receiver;

pub use lease::Candidate;
pub use stop::Stop;
pub use sync::{Setup, once};

use changes::Changes;
use pauses::{Pauses, resync};
use sync::{Outlook, Syncing};

/// Syncs at once, whenever something changes, and every few minutes, while `candidate` holds the
/// lease, until it is asked to stop; a sync that is under way then is finished.
pub async fn watch(setup: Setup<'_>, candidate: &mut Candidate<'_>, stop: &mut Stop) {
    let changes = Changes::default();
    let mut syncing = Syncing::new(setup);
    let mut leads = candidate.leads();
    tokio::select! {
        never = files::follow(setup.files, &changes) => match never {},
        never = live::follow(setup.cluster, &changes) => match never {},
        never = candidate.stand() => match never {},
        () = lead(&mut syncing, &changes, &mut leads, stop) => {}
    }
    candidate.release().await;
}

/// Keeps aws-auth whenever this replica holds the lease; one that is lost ends a sync at once.
async fn lead(
    syncing: &mut Syncing<'_>,
    changes: &Changes,
    leads: &mut Receiver<bool>,
    stop: &mut Stop,
) {
    loop {
        tokio::select! {
            () = stop.asked() => return,
            () = turned(leads, true) => {}
        }
        tokio::select! {
            () = keep(syncing, changes, stop) => return,
            () = turned(leads, false) => {}
        }
    }
}

async fn turned(leads: &mut Receiver<bool>, wanted: bool) {
    if leads.wait_for(|leads| *leads == wanted).await.is_err() {
        // Nobody stands any more: nothing will come.
        std::future::pending::<()>().await;
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
