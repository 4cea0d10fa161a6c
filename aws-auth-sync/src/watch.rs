//! `watch`: keeps aws-auth as the sources want it, for as long as it runs.
//!
//! Each sync is the line of `apply`, whole: read the sources, look, plan, guard, write, look again.
//! What follows the sources and aws-auth only tells that it is time for one.

mod announce;
mod changes;
mod ending;
mod files;
mod follow;
mod lease;
mod live;
mod monitor;
mod pauses;
mod sources;
mod stop;
mod sync;
mod telling;

use std::convert::Infallible;

use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

pub use lease::{Candidate, Standing};
pub use stop::Stop;
pub use sync::{Setup, once};

use changes::Changes;
use monitor::{Monitor, listen};
use pauses::{Pauses, resync};
use sync::{Outlook, Syncing};

/// Syncs at once, whenever something changes, and every few minutes, while `candidate` holds the
/// lease, until it is asked to stop; a sync that is under way then is finished. Meanwhile it
/// answers on `listener`.
pub async fn watch(
    setup: Setup<'_>,
    candidate: &mut Candidate<'_>,
    listener: Option<&TcpListener>,
    stop: &mut Stop,
) {
    let changes = Changes::default();
    let monitor = Monitor::new(candidate.standing());
    let mut syncing = Syncing::new(setup, &monitor);
    let mut standing = candidate.standing();
    tokio::select! {
        never = follow::follow(setup.cluster, setup.origins, &changes) => match never {},
        never = candidate.stand() => match never {},
        never = answer(listener, &monitor) => match never {},
        () = lead(&mut syncing, &changes, &mut standing, stop) => {}
    }
    candidate.release().await;
}

async fn answer(listener: Option<&TcpListener>, monitor: &Monitor) -> Infallible {
    match listener {
        Some(listener) => listen::serve(listener, monitor).await,
        None => std::future::pending().await,
    }
}

/// Keeps aws-auth whenever this replica holds the lease; one that is lost ends a sync at once.
async fn lead(
    syncing: &mut Syncing<'_>,
    changes: &Changes,
    standing: &mut Receiver<Standing>,
    stop: &mut Stop,
) {
    loop {
        tokio::select! {
            () = stop.asked() => return,
            () = turned(standing, true) => {}
        }
        tokio::select! {
            () = keep(syncing, changes, stop) => return,
            () = turned(standing, false) => {}
        }
    }
}

/// Waits until this replica leads, or no longer does.
async fn turned(standing: &mut Receiver<Standing>, wanted: bool) {
    let is_wanted = |standing: &Standing| (*standing == Standing::Leads) == wanted;
    if standing.wait_for(is_wanted).await.is_err() {
        // Nobody stands any more: nothing will come.
        std::future::pending::<()>().await;
    }
}

async fn keep(syncing: &mut Syncing<'_>, changes: &Changes, stop: &mut Stop) {
    let mut pauses = Pauses::default();
    loop {
        tokio::select! {
            () = stop.asked() => return,
            () = syncing.read() => {}
        }
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
