//! The end of the process, while requests are being answered.

use std::thread;
use std::time::{Duration, Instant};

use super::field::Field;
use super::mint::Kind;
use super::stub::Mode;
use crate::load;
use crate::table::{Figure, at_most};

/// SIGTERM while all of these wait for STS, which takes a while.
const WAITING: usize = 200;
const STS_TAKES: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

pub(super) fn under_load(mut field: Field) -> Vec<Figure> {
    field.sts.set(Mode::AnswerAfter(STS_TAKES));
    let bodies = field.mint.reviews(Kind::ManyKeys, WAITING);
    let (target, seen) = (field.ours.target.clone(), field.sts.seen());
    let asking = thread::spawn(move || load::all_at_once(&target, &bodies));
    while field.sts.seen_since(seen).requests < WAITING && !asking.is_finished() {
        thread::sleep(Duration::from_millis(1));
    }
    field.webhook.ask_to_end();
    // A request that is cut ends the thread.
    let answered = asking.join().map_or(0, |answers| answers.len());
    let begun = Instant::now();
    let status = field.webhook.process().wait(LONGEST);
    let code = status.and_then(|status| status.code());
    let row = |what: &str| format!("SIGTERM while {WAITING} wait: {what}");
    vec![
        at_most(
            0.0,
            row("requests lost"),
            (WAITING - answered) as f64,
            String::new(),
        ),
        at_most(
            2.0,
            row("from the last answer to the end, s"),
            begun.elapsed().as_secs_f64(),
            String::new(),
        ),
        at_most(
            0.0,
            row("exit code"),
            code.map_or(f64::INFINITY, f64::from),
            String::new(),
        ),
    ]
}
