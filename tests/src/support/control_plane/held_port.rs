//! A TCP port that nobody else can take, and that refuses connections until its user listens.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
};

use socket2::{Domain, Protocol, Socket, Type};

/// A port of 127.0.0.1, bound but never listened on.
///
/// Bound with `SO_REUSEPORT`, so that a process of the same user that sets it too
/// (kube-apiserver with `--permit-port-sharing`, [`HeldPort::listen`]) binds beside it and gets
/// every connection; all others find the address in use.
#[derive(Debug)]
pub struct HeldPort {
    _bound: Socket,
    address: SocketAddr,
}

impl HeldPort {
    /// Takes a free port.
    ///
    /// # Errors
    /// When the operating system has none.
    pub fn take() -> io::Result<Self> {
        let bound = bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0).into())?;
        let address = bound
            .local_addr()?
            .as_socket()
            .ok_or_else(|| io::Error::other("an internet socket without an internet address"))?;
        Ok(Self {
            _bound: bound,
            address,
        })
    }

    /// Where it is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.address.port()
    }

    /// A listener on it, non-blocking; when it is dropped the port refuses again.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn listen(&self) -> io::Result<std::net::TcpListener> {
        let socket = bind(self.address)?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    }
}

fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    // Not SO_REUSEADDR: with it, anybody who sets that too could bind a port not listened on.
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

const BACKLOG: i32 = 1024;

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn refuses_until_listened_on_and_after_and_nobody_else_may_bind_it() {
        let port = HeldPort::take().unwrap();
        let refused = || TcpStream::connect(port.address()).unwrap_err().kind();
        assert_eq!(refused(), io::ErrorKind::ConnectionRefused);
        assert_eq!(
            TcpListener::bind(port.address()).unwrap_err().kind(),
            io::ErrorKind::AddrInUse
        );
        let listener = port.listen().unwrap();
        TcpStream::connect(port.address()).unwrap();
        drop(listener);
        assert_eq!(refused(), io::ErrorKind::ConnectionRefused);
    }
}
