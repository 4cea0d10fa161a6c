//! Questions under way: equal tokens share one, and nobody's leaving ends it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::token_key::TokenKey;
use crate::identity::Caller;
use crate::refusal::Refusal;

/// How a question ends.
pub(super) type Outcome = Result<Arc<Caller>, Refusal>;
type Board = HashMap<TokenKey, watch::Receiver<Option<Outcome>>>;

/// Questions under way, those included that wait for room. A question takes about 20 KiB at
/// most: the request and its task.
const MOST: usize = 4_096;
/// Locks are held for a few instructions; with this many, two rarely want the same.
const SHARDS: usize = 16;

/// All questions under way.
#[derive(Clone, Debug)]
pub(super) struct Flights(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    boards: [Mutex<Board>; SHARDS],
    count: AtomicUsize,
}

/// A place from which the outcome of a question is seen.
#[derive(Debug)]
pub(super) struct Seat(watch::Receiver<Option<Outcome>>);

impl Flights {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            boards: Default::default(),
            count: AtomicUsize::new(0),
        }))
    }

    /// A seat in the question about `key`, and whether it begins with this call. `landed` is
    /// asked whether the answer has come in meanwhile. `None` when too many are under way.
    pub(super) fn board(
        &self,
        key: TokenKey,
        landed: impl FnOnce() -> Option<Outcome>,
        question: impl Future<Output = Outcome> + Send + 'static,
    ) -> Option<(Seat, bool)> {
        let mut board = self.0.lock(key);
        let place = match board.entry(key) {
            Entry::Occupied(flight) => return Some((Seat(flight.get().clone()), false)),
            Entry::Vacant(place) => place,
        };
        if let Some(outcome) = landed() {
            return Some((Seat(watch::channel(Some(outcome)).1), false));
        }
        let departure = Departure::new(&self.0, key)?;
        let (teller, seat) = watch::channel(None);
        place.insert(seat.clone());
        drop(board);
        // Boxed: a task that waits for what it was given keeps room for it twice.
        let question = Box::pin(question);
        tokio::spawn(async move {
            let departure = departure;
            let outcome = question.await;
            // Whoever comes after this finds the outcome in memory, or asks anew.
            drop(departure);
            teller.send_replace(Some(outcome));
        });
        Some((Seat(seat), true))
    }
}

impl Inner {
    fn lock(&self, key: TokenKey) -> MutexGuard<'_, Board> {
        let [first, ..] = &self.boards;
        let board = self.boards.get(key.first_byte() % SHARDS).unwrap_or(first);
        board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Waits for the outcome; a question that dies is [`Refusal::Abandoned`] to all.
    pub(super) async fn arrival(mut self) -> Outcome {
        match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Err(Refusal::Abandoned)),
            Err(_) => Err(Refusal::Abandoned),
        }
    }
}

/// Takes the question off the board when it ends, in whatever way.
#[derive(Debug)]
struct Departure {
    inner: Arc<Inner>,
    key: TokenKey,
}

impl Departure {
    fn new(inner: &Arc<Inner>, key: TokenKey) -> Option<Self> {
        let more = |count: usize| (count < MOST).then(|| count + 1);
        inner
            .count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        Some(Self {
            inner: Arc::clone(inner),
            key,
        })
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        self.inner.lock(self.key).remove(&self.key);
        self.inner.count.fetch_sub(1, Ordering::AcqRel);
    }
}
