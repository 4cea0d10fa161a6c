//! What a service manager is told, and the sockets that it has opened for us.
//!
//! With systemd's `Type=notify` or `Type=notify-reload` a unit counts as started once the webhook
//! listens, and as reloading and stopping while it does. Without `NOTIFY_SOCKET` nobody is told.
//!
//! <https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>

use std::ffi::OsStr;
use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use listenfd::ListenFd;

/// The sockets that were passed to the process: the webhook's first, then the administration's.
#[derive(Clone, Debug)]
pub struct PassedSockets(Arc<Mutex<io::Result<Vec<TcpListener>>>>);

/// What the environment says of sockets that were passed.
#[derive(Clone, Copy, Debug, Default)]
pub struct SocketVariables<'a> {
    /// `LISTEN_PID`: whom they are for.
    pub process: Option<&'a OsStr>,
    /// `LISTEN_FDS`: how many.
    pub number: Option<&'a OsStr>,
}

impl PassedSockets {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::new(Mutex::new(Ok(Vec::new()))))
    }

    /// Those that `LISTEN_FDS` and `LISTEN_PID` tell of, if they are for this process and not for
    /// the one that started it. They are taken out of the environment, so this must come before
    /// any thread is started.
    #[must_use]
    pub fn read(variables: SocketVariables<'_>) -> Self {
        Self(Arc::new(Mutex::new(variables.sockets())))
    }

    /// The sockets, once.
    ///
    /// # Errors
    /// One of them is no TCP socket that listens, or there are more than two.
    pub fn take(&self) -> io::Result<Vec<TcpListener>> {
        let mut sockets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *sockets, Ok(Vec::new()))
    }
}

impl SocketVariables<'_> {
    fn sockets(self) -> io::Result<Vec<TcpListener>> {
        let own = std::process::id().to_string();
        let (Some(number), true) = (self.number, self.process == Some(OsStr::new(&own))) else {
            return Ok(Vec::new());
        };
        // Before the number is believed: so many would be taken down one by one.
        let number: Option<usize> = number.to_str().and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| io::Error::other("LISTEN_FDS is not a number"))?;
        if number > MOST_SOCKETS {
            let why = format!("{number} sockets, where {MOST_SOCKETS} are served");
            return Err(io::Error::other(why));
        }
        let mut passed = ListenFd::from_env();
        let sockets = (0..passed.len()).filter_map(|index| {
            let socket = passed.take_tcp_listener(index).transpose()?;
            Some(socket.and_then(|socket| listening(socket, FIRST_DESCRIPTOR + index)))
        });
        sockets.collect()
    }
}

/// The socket, if connections can be accepted from it: of a unit with `Accept=yes` it is a
/// connection itself.
fn listening(socket: TcpListener, descriptor: usize) -> io::Result<TcpListener> {
    if platform::listens(&socket)? {
        return Ok(socket);
    }
    let why = format!("fd {descriptor} does not listen");
    Err(io::Error::other(why))
}

/// Who is told.
#[derive(Debug)]
pub struct ServiceManager(Option<platform::Socket>);

/// What he is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum News {
    /// The webhook listens.
    Ready,
    /// Files are being read again.
    Reloading,
    /// The end has begun.
    Stopping,
}

impl ServiceManager {
    /// The one who listens at `NOTIFY_SOCKET`, a path or an abstract name that begins with `@`.
    #[must_use]
    pub fn at(socket: Option<&OsStr>) -> Self {
        let socket = socket.and_then(|name| match platform::Socket::of(name) {
            Ok(socket) => Some(socket),
            Err(error) => {
                tracing::warn!("NOTIFY_SOCKET {} is not told: {error}", name.display());
                None
            }
        });
        Self(socket)
    }

    /// Tells him; whether he hears it is no concern of ours.
    pub fn tell(&self, news: News) {
        let Some(socket) = &self.0 else { return };
        let text = match news {
            News::Ready => "READY=1\n".to_owned(),
            News::Reloading => format!("RELOADING=1\nMONOTONIC_USEC={}\n", platform::monotonic()),
            News::Stopping => "STOPPING=1\n".to_owned(),
        };
        if let Err(error) = socket.send(text.as_bytes()) {
            tracing::debug!("the service manager is not told: {error}");
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use std::ffi::OsStr;
    use std::io;
    use std::net::TcpListener;
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    pub(super) fn listens(socket: &TcpListener) -> io::Result<bool> {
        Ok(rustix::net::sockopt::socket_acceptconn(socket)?)
    }

    #[derive(Debug)]
    pub(super) struct Socket {
        from: UnixDatagram,
        to: SocketAddr,
    }

    impl Socket {
        pub(super) fn of(name: &OsStr) -> io::Result<Self> {
            let to = match name.as_bytes() {
                [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
                [b'/', ..] => SocketAddr::from_pathname(name)?,
                _ => return Err(io::Error::other("neither a path nor an abstract name")),
            };
            let from = UnixDatagram::unbound()?;
            // A manager that does not listen must not hold us up.
            from.set_nonblocking(true)?;
            Ok(Self { from, to })
        }

        pub(super) fn send(&self, text: &[u8]) -> io::Result<()> {
            self.from.send_to_addr(text, &self.to).map(drop)
        }
    }

    /// Microseconds of the clock that systemd compares with.
    pub(super) fn monotonic() -> i64 {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use std::ffi::OsStr;
    use std::io;
    use std::net::TcpListener;

    /// Without systemd there is nobody who would pass another.
    pub(super) fn listens(_: &TcpListener) -> io::Result<bool> {
        Ok(true)
    }

    #[derive(Debug)]
    pub(super) struct Socket;

    impl Socket {
        pub(super) fn of(_: &OsStr) -> io::Result<Self> {
            Err(io::Error::from(io::ErrorKind::Unsupported))
        }

        pub(super) fn send(&self, _: &[u8]) -> io::Result<()> {
            Ok(())
        }
    }

    pub(super) fn monotonic() -> i64 {
        0
    }
}

/// `SD_LISTEN_FDS_START`
const FIRST_DESCRIPTOR: usize = 3;
/// The webhook's, and that of probes and metrics.
const MOST_SOCKETS: usize = 2;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    use super::*;

    fn heard(by: &UnixDatagram) -> String {
        let mut text = [0; 100];
        let length = by.recv(&mut text).unwrap();
        String::from_utf8(text.get(..length).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn is_told_at_a_path_and_at_an_abstract_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let at_path = UnixDatagram::bind(&path).unwrap();
        let name = format!("authz-webhook-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let at_name = UnixDatagram::bind_addr(&address).unwrap();
        let name = format!("@{name}");
        let table = [(&at_path, path.as_os_str()), (&at_name, OsStr::new(&name))];
        for (by, socket) in table {
            let manager = ServiceManager::at(Some(socket));
            manager.tell(News::Ready);
            manager.tell(News::Reloading);
            manager.tell(News::Stopping);
            assert_eq!(heard(by), "READY=1\n");
            let reloading = heard(by);
            let since = reloading
                .strip_prefix("RELOADING=1\nMONOTONIC_USEC=")
                .unwrap();
            assert!(since.trim_end().parse::<u64>().unwrap() > 0, "{reloading}");
            assert_eq!(heard(by), "STOPPING=1\n");
        }
    }

    #[test]
    fn nobody_who_listens_is_no_fault() {
        let long = format!("/{}", "n".repeat(200));
        for socket in [
            None,
            Some("/nonexistent/notify"),
            Some("/dev/null"),
            Some("vsock:2:1"),
            Some(""),
            Some("@"),
            Some("@\u{1b}[2J"),
            Some("relative"),
            Some(&long),
        ] {
            ServiceManager::at(socket.map(OsStr::new)).tell(News::Ready);
        }
    }

    #[test]
    fn sockets_for_somebody_else_are_not_ours_and_a_senseless_number_is_refused() {
        let own = std::process::id().to_string();
        let none: Result<usize, &str> = Ok(0);
        let senseless = Err("LISTEN_FDS is not a number");
        for (process, number, expected) in [
            (None, None, none),
            (None, Some("1"), none),
            (Some(""), Some("1"), none),
            (Some("1"), Some("1"), none),
            (Some("1"), Some("garbage"), none),
            (Some(&*own), None, none),
            (Some(&*own), Some("0"), none),
            (Some(&*own), Some(""), senseless),
            (Some(&*own), Some("-1"), senseless),
            (Some(&*own), Some("0x1"), senseless),
            (Some(&*own), Some("18446744073709551616"), senseless),
            (
                Some(&*own),
                Some("4294967295"),
                Err("4294967295 sockets, where 2 are served"),
            ),
        ] {
            let variables = SocketVariables {
                process: process.map(OsStr::new),
                number: number.map(OsStr::new),
            };
            let sockets = PassedSockets::read(variables).take();
            let found = sockets.map(|sockets| sockets.len());
            let found = found.map_err(|error| error.to_string());
            let expected = expected.map_err(str::to_owned);
            assert_eq!(found, expected, "{process:?} {number:?}");
        }
    }
}
