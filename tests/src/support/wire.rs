//! A TLS connection on which a story says HTTP/1.1 byte by byte: what no client library sends.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, StreamOwned};

/// An open connection. It blocks, but not for ever.
pub struct Wire {
    stream: StreamOwned<ClientConnection, TcpStream>,
    unread: Vec<u8>,
}

/// An answer as it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Wire {
    /// Connects to `localhost` at that address.
    ///
    /// # Errors
    /// The connection or the handshake fails.
    ///
    /// # Panics
    /// For TLS settings without a protocol version.
    pub fn open(address: SocketAddr, config: ClientConfig) -> io::Result<Self> {
        Self::over(TcpStream::connect(address)?, config)
    }

    /// Shakes hands on a connection that is there.
    ///
    /// # Errors
    /// The handshake fails.
    ///
    /// # Panics
    /// For TLS settings without a protocol version.
    pub fn over(tcp: TcpStream, config: ClientConfig) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(LONGEST))?;
        tcp.set_write_timeout(Some(LONGEST))?;
        let name = ServerName::try_from("localhost").expect("localhost is a name");
        let client = ClientConnection::new(Arc::new(config), name).expect("TLS 1.2 or 1.3");
        let mut stream = StreamOwned::new(client, tcp);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self {
            stream,
            unread: Vec::new(),
        })
    }

    /// The certificate that the server showed.
    pub fn server_certificate(&self) -> Option<Vec<u8>> {
        let chain = self.stream.conn.peer_certificates()?;
        Some(chain.first()?.to_vec())
    }

    /// Whether the handshake took up an earlier session.
    pub fn is_resumed(&self) -> bool {
        self.stream.conn.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// The socket below TLS.
    pub fn socket(&self) -> &TcpStream {
        &self.stream.sock
    }

    /// Sends these bytes.
    ///
    /// # Errors
    /// The server does not take them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    /// Posts a body to `/authenticate`, as kube-apiserver does.
    ///
    /// # Errors
    /// The server does not take it.
    pub fn post(&mut self, body: &str) -> io::Result<()> {
        let length = body.len();
        self.send(format!(
            "POST /authenticate?timeout=30s HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// The next answer, with its body.
    ///
    /// # Errors
    /// The connection ends before it.
    pub fn answer(&mut self) -> io::Result<Answer> {
        let mut answer = self.head()?;
        let length = answer.header("content-length").unwrap_or("0");
        let length = length.parse().map_err(io::Error::other)?;
        while self.unread.len() < length {
            self.read_more()?;
        }
        let body = self.unread.drain(..length).collect();
        answer.body = String::from_utf8(body).map_err(io::Error::other)?;
        Ok(answer)
    }

    /// The next answer to a request that asks for a head alone, or an answer before the answer.
    ///
    /// # Errors
    /// The connection ends before it.
    pub fn head(&mut self) -> io::Result<Answer> {
        let end = loop {
            let found = self
                .unread
                .windows(4)
                .position(|bytes| bytes == b"\r\n\r\n");
            match found {
                Some(position) => break position + 4,
                None => self.read_more()?,
            }
        };
        let head: Vec<u8> = self.unread.drain(..end).collect();
        Answer::of_head(&String::from_utf8(head).map_err(io::Error::other)?)
            .ok_or_else(|| io::Error::other("no head of an answer"))
    }

    /// Whether the server closes the connection without another word; a reset counts.
    pub fn is_over(&mut self) -> bool {
        self.unread.is_empty() && self.read_more().is_err_and(|error| !is_time_out(&error))
    }

    fn read_more(&mut self) -> io::Result<()> {
        let mut piece = [0; 4096];
        let count = self.stream.read(&mut piece)?;
        let (read, _) = piece.split_at_checked(count).unwrap_or_default();
        if read.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.unread.extend_from_slice(read);
        Ok(())
    }
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    fn of_head(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Some(Self {
            status,
            headers,
            body: String::new(),
        })
    }
}

fn is_time_out(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}

const LONGEST: Duration = Duration::from_secs(30);
