//! The terminal of the process, whatever stdin and stdout are.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// Whether there is one.
pub(super) fn exists() -> bool {
    input().is_ok()
}

/// Its lines as they are typed, `None` being the end of them, and where to write.
///
/// They are read by a thread of its own, for a read of a terminal has no deadline. The thread
/// lives until the next line or the end of the program.
pub(super) fn open() -> io::Result<(Receiver<io::Result<Option<String>>>, File)> {
    let (input, output) = (input()?, output()?);
    let (sender, lines) = mpsc::channel();
    thread::Builder::new()
        .name("terminal".to_owned())
        .spawn(move || {
            let mut reader = BufReader::new(input);
            loop {
                let line = next_line(&mut reader);
                let last = !matches!(line, Ok(Some(_)));
                if sender.send(line).is_err() || last {
                    return;
                }
            }
        })?;
    Ok((lines, output))
}

fn next_line(reader: &mut BufReader<File>) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let length = reader.take(MAX_LINE).read_until(b'\n', &mut line)?;
    Ok((length > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
}

fn input() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(INPUT)
}

fn output() -> io::Result<File> {
    OpenOptions::new().write(true).open(OUTPUT)
}

#[cfg(unix)]
const INPUT: &str = "/dev/tty";
#[cfg(unix)]
const OUTPUT: &str = "/dev/tty";
#[cfg(windows)]
const INPUT: &str = "CONIN$";
#[cfg(windows)]
const OUTPUT: &str = "CONOUT$";

/// What a terminal gives of a line at most.
const MAX_LINE: u64 = 4096;
