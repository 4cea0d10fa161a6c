//! A port of loopback that stays taken, whoever listens on it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;

/// A port that stays taken while nobody listens on it: a socket that is bound and never listens
/// stands beside the one that does (`SO_REUSEPORT`).
pub(super) struct Gate {
    address: SocketAddr,
    _holder: Socket,
}

impl Gate {
    pub(super) fn bind() -> io::Result<Self> {
        let holder = bound((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = holder.local_addr()?.as_socket();
        let address = address.ok_or_else(|| io::Error::other("an IP socket has an IP address"))?;
        Ok(Self {
            address,
            _holder: holder,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn listen(&self) -> io::Result<TcpListener> {
        let socket = bound(self.address)?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        TcpListener::from_std(socket.into())
    }
}

fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

const BACKLOG: i32 = 1024;
