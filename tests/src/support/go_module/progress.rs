//! The progress of a build, on stderr.

use std::{
    collections::VecDeque,
    io::{self, IsTerminal, Write},
    sync::mpsc::{self, RecvTimeoutError},
    time::{Duration, Instant},
};

/// What is shown of a build: one line that counts on a terminal, else a line now and then.
pub(super) struct Progress {
    title: String,
    since: Instant,
    terminal: bool,
    downloaded: usize,
    compiled: usize,
    shown: Instant,
    /// The last lines, in case they are an error.
    pub(super) last: VecDeque<String>,
}

impl Progress {
    pub(super) fn new(title: String) -> Self {
        let now = Instant::now();
        let terminal = io::stderr().is_terminal();
        Self {
            title,
            since: now,
            terminal,
            downloaded: 0,
            compiled: 0,
            shown: now,
            last: VecDeque::new(),
        }
    }

    /// Counts Go's lines until it closes its stderr.
    pub(super) fn follow(&mut self, lines: Option<mpsc::Receiver<String>>) {
        let Some(lines) = lines else { return };
        loop {
            match lines.recv_timeout(Duration::from_secs(1)) {
                Ok(line) => self.count(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let interval = Duration::from_secs(if self.terminal { 1 } else { 30 });
            if self.shown.elapsed() >= interval {
                self.show();
                self.shown = Instant::now();
            }
        }
    }

    fn count(&mut self, line: String) {
        if line.starts_with("go: downloading ") {
            self.downloaded += 1;
        } else if !line.contains([' ', ':']) {
            self.compiled += 1;
        }
        self.last.push_back(line);
        if self.last.len() > 20 {
            self.last.pop_front();
        }
    }

    fn show(&self) {
        let Self {
            title,
            downloaded,
            compiled,
            ..
        } = self;
        let mut text = format!("  {title}: ");
        for (count, what) in [
            (downloaded, "modules downloaded"),
            (compiled, "packages compiled"),
        ] {
            if *count > 0 {
                text.push_str(&format!("{count} {what}, "));
            }
        }
        text.push_str(&format!("{} s", self.since.elapsed().as_secs()));
        let mut stderr = io::stderr();
        let _ = if self.terminal {
            write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{text}")
        };
    }

    pub(super) fn finish(&self) {
        let start = if self.terminal { "\r\x1b[K" } else { "" };
        let seconds = self.since.elapsed().as_secs();
        let _ = writeln!(
            io::stderr(),
            "{start}  {}: done after {seconds} s",
            self.title
        );
    }
}
