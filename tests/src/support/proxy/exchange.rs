//! One connection to the proxy: a head, and then bytes both ways. A request in absolute form is
//! sent on in origin form and ends its connection, so that every one stands in the journal.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use super::Shared;
use super::journal::Proxied;

/// The head of a request, and what was read beyond it.
struct Head {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    rest: Vec<u8>,
}

/// Where a request goes, and what is sent on first.
struct Route {
    authority: String,
    opening: Vec<u8>,
}

pub(super) async fn serve<S>(mut client: S, shared: &Shared) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(head) = Head::read(&mut client).await? else {
        return client.write_all(&refusal(400)).await;
    };
    let route = head.route();
    let connected = connect(&head, route.as_ref(), shared).await;
    shared.journal.push(Proxied {
        method: head.method.clone(),
        authority: route
            .as_ref()
            .map_or_else(String::new, |route| route.authority.clone()),
        status: connected.as_ref().err().copied().unwrap_or(200),
    });
    let (mut server, route) = match (connected, route) {
        (Ok(server), Some(route)) => (server, route),
        (Err(status), _) => return client.write_all(&refusal(status)).await,
        (Ok(_), None) => return Ok(()),
    };
    if head.method == "CONNECT" {
        let established = b"HTTP/1.1 200 Connection established\r\n\r\n";
        client.write_all(established).await?;
    }
    server.write_all(&route.opening).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn connect(head: &Head, route: Option<&Route>, shared: &Shared) -> Result<TcpStream, u16> {
    let route = route.ok_or(400_u16)?;
    let asked_for = shared.authorization();
    if asked_for.is_some() && head.header("proxy-authorization") != asked_for.as_deref() {
        return Err(407);
    }
    let address = shared.address_of(&route.authority).ok_or(403_u16)?;
    let server = TcpStream::connect(address).await.map_err(|_| 502_u16)?;
    // Head and body are written apart: without this an answer waits for an ACK.
    let _ = server.set_nodelay(true);
    Ok(server)
}

impl Head {
    /// None for what is no head, or longer than any.
    async fn read(client: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        while bytes.len() < LIMIT {
            let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
            if let Some(end) = end {
                let rest = bytes.split_off(end + 4);
                let text = String::from_utf8_lossy(&bytes);
                return Ok(Self::parse(&text, rest));
            }
            if client.read_buf(&mut bytes).await? == 0 {
                return Ok(None);
            }
            // No method: TLS, it may be.
            if !bytes.first().is_some_and(u8::is_ascii_uppercase) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn parse(text: &str, rest: Vec<u8>) -> Option<Self> {
        let mut lines = text.trim_end().split("\r\n");
        // Python asks in HTTP/1.0 for a tunnel.
        let (first, _minor) = lines.next()?.rsplit_once(" HTTP/1.")?;
        let mut words = first.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers = lines.map(|line| line.split_once(':'));
        let headers = headers.map(|pair| {
            let (name, value) = pair?;
            Some((name.to_owned(), value.trim().to_owned()))
        });
        Some(Self {
            method,
            target,
            headers: headers.collect::<Option<_>>()?,
            rest,
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn route(&self) -> Option<Route> {
        if self.method == "CONNECT" {
            return Some(Route {
                authority: self.target.clone(),
                opening: self.rest.clone(),
            });
        }
        let url = self.target.strip_prefix("http://")?;
        let (authority, path) = url.split_at_checked(url.find('/')?)?;
        Some(Route {
            authority: authority.to_owned(),
            opening: [self.in_origin_form(path).as_bytes(), &self.rest].concat(),
        })
    }

    /// The head without what was for the proxy.
    fn in_origin_form(&self, path: &str) -> String {
        let for_proxy = ["connection", "proxy-authorization", "proxy-connection"];
        let kept = self.headers.iter().filter(|(name, _)| {
            let name = name.to_ascii_lowercase();
            !for_proxy.contains(&name.as_str())
        });
        let kept = kept.map(|(name, value)| format!("{name}: {value}\r\n"));
        format!(
            "{} {path} HTTP/1.1\r\n{}Connection: close\r\n\r\n",
            self.method,
            kept.collect::<String>()
        )
    }
}

fn refusal(status: u16) -> Vec<u8> {
    let (reason, more) = match status {
        403 => ("Forbidden", ""),
        407 => (
            "Proxy Authentication Required",
            "Proxy-Authenticate: Basic realm=\"stories\"\r\n",
        ),
        502 => ("Bad Gateway", ""),
        _ => ("Bad Request", ""),
    };
    format!("HTTP/1.1 {status} {reason}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

const LIMIT: usize = 64 * 1024;
