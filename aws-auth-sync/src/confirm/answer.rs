//! What is said while a change waits to be confirmed.

#[cfg(unix)]
use std::future::poll_fn;
use std::io;
#[cfg(unix)]
use std::task::Poll;
use std::thread;

use tokio::sync::mpsc;

/// What is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// A line `yes` on stdin.
    Yes,
    /// A line `no`.
    No,
    /// A signal that ends programs.
    Interrupted,
}

impl Answer {
    /// The answer of a line, if it is one.
    fn of(line: &str) -> Option<Self> {
        match line.trim() {
            "yes" => Some(Self::Yes),
            "no" => Some(Self::No),
            _ => None,
        }
    }
}

/// Who listens.
#[derive(Debug)]
pub(super) struct Answers {
    lines: mpsc::Receiver<Answer>,
    interrupts: Interrupts,
}

impl Answers {
    /// Listens to stdin and to signals.
    ///
    /// stdin has a thread of its own: whatever it waits for, the program can end.
    pub(super) fn listen() -> Self {
        let (sender, answers) = mpsc::channel(1);
        thread::spawn(move || {
            let mut lines = io::stdin().lines().map_while(Result::ok);
            if let Some(answer) = lines.find_map(|line| Answer::of(&line)) {
                // Nobody listens any more when the time is over.
                let _ = sender.blocking_send(answer);
            }
        });
        Self {
            lines: answers,
            interrupts: Interrupts::listen(),
        }
    }

    /// The next answer. At the end of stdin there can be none, and nothing is said before the
    /// time is over: a closed stdin is no decision.
    pub(super) async fn next(mut self) -> Answer {
        tokio::select! {
            Some(answer) = self.lines.recv() => answer,
            () = self.interrupts.next() => Answer::Interrupted,
        }
    }
}

/// What the system asks the program to end by; a signal that it does not hand out ends it as ever.
#[cfg(unix)]
#[derive(Debug)]
struct Interrupts(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Interrupts {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        Self(
            kinds
                .into_iter()
                .filter_map(|kind| signal(kind).ok())
                .collect(),
        )
    }

    async fn next(&mut self) {
        poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

/// What the system asks the program to end by.
#[cfg(not(unix))]
#[derive(Debug)]
struct Interrupts;

#[cfg(not(unix))]
impl Interrupts {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
