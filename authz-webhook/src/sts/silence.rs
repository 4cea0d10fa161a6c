//! Whether a host that was asked says nothing at all, to nobody.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// STS answers within a fraction of this, and from the other end of the world within it.
const SILENT_AFTER: Duration = Duration::from_secs(1);

/// The questions to one host that are out, and how long it has said nothing.
#[derive(Debug, Default)]
pub(super) struct Silence(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    out: u32,
    /// When the first of them went out, or the host was last heard.
    since: Option<Instant>,
}

/// A question that is out; dropping it ends it.
#[derive(Debug)]
pub(super) struct Asked<'a>(&'a Silence);

impl Silence {
    /// A question goes out.
    pub(super) fn ask(&self) -> Asked<'_> {
        let mut state = self.lock();
        state.out += 1;
        state.since.get_or_insert_with(Instant::now);
        Asked(self)
    }

    /// Ends when the host has been silent for long enough to be taken for down. One that answers
    /// others is slow at most.
    pub(super) async fn lasts(&self) {
        loop {
            let since = self.lock().since;
            let now = Instant::now();
            let until = since.unwrap_or(now) + SILENT_AFTER;
            if until <= now {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked<'_> {
    /// The host says something, whatever it is.
    pub(super) fn heard(&self) {
        self.0.lock().since = Some(Instant::now());
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.out -= 1;
        if state.out == 0 {
            state.since = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long after now the host is taken for down, with something happening every 600 ms.
    async fn down_after(mut happens: impl FnMut(u32), silence: &Silence) -> u128 {
        let begun = Instant::now();
        let events = async {
            for turn in 1.. {
                tokio::time::sleep(Duration::from_millis(600)).await;
                happens(turn);
            }
        };
        tokio::select! {
            () = silence.lasts() => {}
            () = events => {}
        }
        begun.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_was_asked_and_says_nothing_is_down_after_a_second() {
        let silence = Silence::default();
        let _asked = silence.ask();
        assert_eq!(down_after(|_| drop(silence.ask()), &silence).await, 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_answers_others_is_not() {
        let silence = Silence::default();
        let asked = silence.ask();
        let hear_twice = |turn| {
            if turn <= 2 {
                asked.heard();
            }
        };
        assert_eq!(down_after(hear_twice, &silence).await, 2200);
    }

    #[tokio::test(start_paused = true)]
    async fn nor_is_one_that_nobody_asks() {
        let silence = Silence::default();
        let mut asked = vec![silence.ask()];
        let ask_late = |turn| match turn {
            1 => asked.clear(),
            3 => asked.push(silence.ask()),
            _ => {}
        };
        assert_eq!(down_after(ask_late, &silence).await, 2800);
    }
}
