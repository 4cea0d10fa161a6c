//! A peer on loopback for unit tests: answers one connection after the other, each with the next
//! of its answers, and remembers what it was asked.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// A peer and what it has heard.
pub(crate) struct TestPeer {
    address: SocketAddr,
    heard: Receiver<String>,
}

impl TestPeer {
    /// Gives each of `answers`, whole HTTP answers, to one connection. An empty one is none: the
    /// connection stays open until the client gives up.
    pub(crate) fn answering<const N: usize>(answers: [String; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = channel();
        thread::spawn(move || {
            let mut silent = Vec::new();
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else {
                    return;
                };
                let question = question(&mut stream);
                if tell.send(question).is_err() {
                    return;
                }
                if answer.is_empty() {
                    silent.push(stream);
                } else {
                    // A client that has read enough may be gone.
                    let _ = stream.write_all(answer.as_bytes());
                }
            }
            // Until the client gives up: then reading ends.
            for mut stream in silent {
                let _ = stream.read_to_end(&mut Vec::new());
            }
        });
        Self { address, heard }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request, head and body.
    pub(crate) fn heard(&self) -> String {
        self.heard.recv().unwrap()
    }
}

/// A whole answer.
pub(crate) fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Reads one request.
pub(crate) fn question(stream: &mut impl Read) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return head;
        }
        head += &line;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    head + std::str::from_utf8(&body).unwrap()
}

/// A port of loopback where nobody listens.
pub(crate) fn closed_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1).into()
}
