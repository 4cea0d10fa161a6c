//! What the demo looks like.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::Failure;

/// stdout, until it is closed: nothing is said after the farewell.
#[derive(Debug)]
pub struct Screen {
    style: Style,
    state: Mutex<State>,
}

/// Whether there is colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Style {
    /// Escape sequences: for a terminal.
    Colour,
    /// Text alone.
    Plain,
}

#[derive(Debug, Default)]
struct State {
    steps: u32,
    closed: bool,
}

impl Style {
    /// Colour on a terminal, unless `no_colour`, the value of `NO_COLOR`, is a text.
    #[must_use]
    pub fn of_stdout(no_colour: Option<&std::ffi::OsStr>) -> Self {
        let refused = no_colour.is_some_and(|value| !value.is_empty());
        if io::stdout().is_terminal() && !refused {
            Self::Colour
        } else {
            Self::Plain
        }
    }
}

impl Screen {
    /// An empty one.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self {
            style,
            state: Mutex::default(),
        }
    }

    /// A line above a group of steps.
    pub fn headline(&self, text: &str) {
        self.say(&format!("\n{}\n", self.bold(text)));
    }

    /// A step begins.
    pub fn step(&self, text: &str) {
        let number = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.steps += 1;
            state.steps
        };
        self.say(&format!(
            "\n{} {text}\n",
            self.bold(&format!("{number:>2}."))
        ));
    }

    /// The command of a step, left open for the time it takes.
    pub fn command(&self, command: &str) {
        let command = command.replace('\n', "\n      ");
        self.say(&format!("    $ {}", self.paint(CYAN, &command)));
    }

    /// What is done without a command, left open for the time it takes.
    pub fn action(&self, text: &str) {
        self.say(&format!("    {text}"));
    }

    /// How long it took.
    pub fn took(&self, time: Duration) {
        self.say(&self.paint(DIM, &format!("  # {}\n", spelled(time))));
    }

    /// What a command wrote.
    pub fn output(&self, text: &str) {
        for line in text.trim().lines().flat_map(wrapped) {
            self.say(&format!("      {line}\n"));
        }
    }

    /// A line of explanation.
    pub fn note(&self, text: &str) {
        self.say(&format!("    {text}\n"));
    }

    /// The last line of a success.
    pub fn farewell(&self, text: &str) {
        self.say(&format!("\n{}\n", self.paint(GREEN, text)));
    }

    /// A failed step, and the log that may say why.
    pub fn failure(&self, failure: &Failure) {
        if let Some((name, tail)) = &failure.log {
            self.say(&format!("\n    the end of {name}:\n"));
            self.output(tail);
        }
        self.say(&format!(
            "\n{} {}\n",
            self.paint(RED, "failed:"),
            failure.what
        ));
    }

    /// Says `text` last; whoever still runs is not heard any more.
    pub fn close(&self, text: &str) {
        self.say(text);
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .closed = true;
    }

    fn say(&self, text: &str) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.closed {
            let mut stdout = io::stdout().lock();
            // A closed stdout is no reason to stop: the exit code tells the rest.
            let _ = stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush());
        }
    }

    fn bold(&self, text: &str) -> String {
        self.paint(BOLD, text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        match self.style {
            Style::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
            Style::Plain => text.to_owned(),
        }
    }
}

/// A long line in pieces that end after a comma or a blank.
fn wrapped(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while rest.len() > WIDTH {
        let head = rest.get(..rest.floor_char_boundary(WIDTH)).unwrap_or(rest);
        let end = head.rfind([',', ' ']).map_or(head.len(), |at| at + 1);
        let Some((piece, tail)) = rest.split_at_checked(end) else {
            break;
        };
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}

/// `34 ms`, `2.8 s`, `3 min 12 s`.
fn spelled(time: Duration) -> impl Display {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// What `kubectl auth whoami` needs for a session of a role.
const WIDTH: usize = 112;
const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "1;31";
const GREEN: &str = "32";
const CYAN: &str = "36";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_only_what_is_too_long_and_loses_nothing() {
        let long = "a,".repeat(60) + &"b".repeat(200);
        assert_eq!(wrapped("short, enough"), ["short, enough"]);
        assert_eq!(wrapped(&long).concat(), long);
        assert!(wrapped(&long).iter().all(|piece| piece.len() <= WIDTH));
    }

    #[test]
    fn spells_times_as_people_do() {
        let table = [
            (34, "34 ms"),
            (2_800, "2.8 s"),
            (59_000, "59.0 s"),
            (192_000, "3 min 12 s"),
        ];
        for (milliseconds, text) in table {
            assert_eq!(
                spelled(Duration::from_millis(milliseconds)).to_string(),
                text
            );
        }
    }
}
