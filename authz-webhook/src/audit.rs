//! One line of JSON on stderr for every decision.
//!
//! A decision never waits for stderr: its line goes into a buffer that a thread of its own
//! writes out, at once when little happens and in large pieces when much does. A regular end
//! writes the rest. The buffer is bounded: where stderr takes less than is decided, lines are
//! lost rather than callers kept waiting; a line `{"audit":"lost","lines":N}` and the metric
//! `authz_webhook_audit_lines_lost` say how many.

mod access_line;
mod line;

use std::cell::RefCell;
use std::io::Write;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::metrics::Metrics;

pub use access_line::AccessDecision;
pub use line::Decision;

/// Takes decisions; cheap to clone.
#[derive(Clone, Debug)]
pub struct Audit {
    queue: Arc<Queue>,
    metrics: Arc<Metrics>,
    request_ids: Arc<line::RequestIds>,
}

/// Writes lines out; owned by whoever ends the process.
#[derive(Debug)]
pub struct AuditWriter {
    queue: Arc<Queue>,
    done: mpsc::Receiver<()>,
}

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    lost: u64,
    closed: bool,
}

/// Starts the thread that writes to `sink`.
///
/// # Errors
/// The system gives no thread.
pub fn start(
    sink: impl Write + Send + 'static,
    metrics: Arc<Metrics>,
) -> std::io::Result<(Audit, AuditWriter)> {
    let queue = Arc::new(Queue::default());
    let (finished, done) = mpsc::channel();
    let reader = Arc::clone(&queue);
    thread::Builder::new()
        .name("audit".to_owned())
        .spawn(move || {
            reader.write_out(sink);
            // Nobody listens when the process did not wait.
            let _ = finished.send(());
        })?;
    let request_ids = Arc::new(line::RequestIds::new());
    Ok((
        Audit {
            queue: Arc::clone(&queue),
            metrics,
            request_ids,
        },
        AuditWriter { queue, done },
    ))
}

impl Audit {
    /// Reports a decision.
    pub fn record(&self, decision: &Decision<'_>) {
        self.line(|ids, line| decision.write(ids, line));
    }

    /// Reports a word on what a user may do.
    pub fn record_access(&self, decision: &AccessDecision<'_>) {
        self.line(|ids, line| decision.write(ids, line));
    }

    fn line(&self, write: impl FnOnce(&line::RequestIds, &mut Vec<u8>)) {
        let taken = LINE.with_borrow_mut(|line| {
            line.clear();
            write(&self.request_ids, line);
            self.queue.push(line)
        });
        if !taken {
            self.metrics.audit_lines_lost(1);
        }
    }
}

thread_local! {
    /// Room for a line, used again for the next.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl AuditWriter {
    /// Writes what is left, for at most this long; says whether all of it was written.
    pub fn finish(self, patience: Duration) -> bool {
        self.queue.lock().closed = true;
        self.queue.wake.notify_one();
        self.done.recv_timeout(patience).is_ok()
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there was room. The thread is woken for the first line and for a large piece, not
    /// for every line.
    fn push(&self, line: &[u8]) -> bool {
        let mut state = self.lock();
        let before = state.lines.len();
        if before + line.len() > BUFFER {
            state.lost += 1;
            return false;
        }
        state.lines.extend_from_slice(line);
        let wake = before == 0 || (before < PIECE && state.lines.len() >= PIECE);
        drop(state);
        if wake {
            self.wake.notify_one();
        }
        true
    }

    fn write_out(&self, mut sink: impl Write) {
        let mut lines = Vec::new();
        while let Some(lost) = self.next_piece(&mut lines) {
            // With stderr closed there is nobody left to tell.
            let _ = sink.write_all(&lines);
            if lost > 0 {
                let _ = writeln!(sink, "{{\"audit\":\"lost\",\"lines\":{lost}}}");
            }
            let _ = sink.flush();
            lines.clear();
            lines.shrink_to(PIECE);
        }
    }

    /// Waits for lines, and a moment longer for more; `None` at the end.
    fn next_piece(&self, lines: &mut Vec<u8>) -> Option<u64> {
        let mut state = self
            .wake
            .wait_while(self.lock(), |state| state.lines.is_empty() && !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        if state.lines.is_empty() && state.lost == 0 {
            return None;
        }
        (state, _) = self
            .wake
            .wait_timeout_while(state, GATHER, |state| {
                state.lines.len() < PIECE && !state.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut state.lines, lines);
        Some(mem::take(&mut state.lost))
    }
}

const GATHER: Duration = Duration::from_millis(10);
const PIECE: usize = 64 * 1024;
const BUFFER: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Takes lines only when it is allowed to.
    #[derive(Clone, Default)]
    struct Sink {
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(sink: &Sink) -> String {
        String::from_utf8(sink.written.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn writes_every_line_before_a_regular_end() {
        let sink = Sink::default();
        let (audit, writer) = start(sink.clone(), Arc::new(Metrics::new())).unwrap();
        let expected: String = (0..50_000)
            .map(|number| format!("line {number}\n"))
            .collect();
        for line in expected.split_inclusive('\n') {
            assert!(audit.queue.push(line.as_bytes()));
        }
        assert!(writer.finish(Duration::from_secs(60)));
        assert_eq!(written(&sink), expected);
    }

    #[test]
    fn counts_lines_that_find_no_room_and_says_so() {
        let sink = Sink::default();
        let blocked = sink.written.lock().unwrap();
        let (audit, writer) = start(sink.clone(), Arc::new(Metrics::new())).unwrap();
        // Piece by piece until the writer hangs in the sink and the buffer is full behind it.
        let line = vec![b'x'; PIECE];
        let mut refused = 0;
        while refused < 3 {
            refused += u32::from(!audit.queue.push(&line));
        }
        drop(blocked);
        assert!(writer.finish(Duration::from_secs(60)));
        let text = written(&sink);
        let lost: u64 = text
            .lines()
            .filter_map(|line| line.split_once("\"lines\":"))
            .map(|(_, rest)| rest.trim_end_matches('}').parse::<u64>().unwrap())
            .sum();
        assert_eq!(lost, 3);
    }

    #[test]
    fn an_end_does_not_wait_for_a_sink_that_hangs() {
        let sink = Sink::default();
        let _blocked = sink.written.lock().unwrap();
        let (audit, writer) = start(sink.clone(), Arc::new(Metrics::new())).unwrap();
        assert!(audit.queue.push(b"line\n"));
        assert!(!writer.finish(Duration::ZERO));
    }
}
