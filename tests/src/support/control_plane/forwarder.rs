//! A TCP forwarder on a held port: a peer's address that stays while the peer comes and goes.

use std::{
    io,
    net::{Shutdown, SocketAddr},
    sync::{Arc, mpsc as blocking},
};

use socket2::SockRef;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::mpsc,
    task::JoinSet,
};

use super::held_port::HeldPort;

/// Forwards connections as its mode says. TLS passes through.
#[derive(Debug)]
pub struct Forwarder {
    address: SocketAddr,
    orders: mpsc::UnboundedSender<Order>,
    runtime: Option<Runtime>,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// It is carried to this address.
    Forward(SocketAddr),
    /// It is refused: nobody listens.
    Refuse,
    /// It is accepted, and nothing ever comes back.
    Hang,
}

#[derive(Debug)]
struct Order {
    mode: Mode,
    done: blocking::SyncSender<io::Result<()>>,
}

impl Forwarder {
    /// Takes a port, which refuses connections until [`Forwarder::set`] says otherwise.
    ///
    /// # Errors
    /// When there is no port, or no thread to serve it.
    pub fn start() -> io::Result<Self> {
        let port = HeldPort::take()?;
        let address = port.address();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("forwarder")
            .enable_io()
            .build()?;
        let (orders, received) = mpsc::unbounded_channel();
        runtime.spawn(obey(port, received));
        Ok(Self {
            address,
            orders,
            runtime: Some(runtime),
        })
    }

    /// The address in front.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every connection and treats those to come as `mode` says; done when it returns.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub fn set(&self, mode: Mode) -> io::Result<()> {
        let (done, answer) = blocking::sync_channel(1);
        let gone = || io::Error::other("the forwarder has ended");
        self.orders.send(Order { mode, done }).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        // Not by waiting: that would panic where the owner is an async test.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn obey(port: HeldPort, mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut serving = JoinSet::new();
    while let Some(order) = orders.recv().await {
        // Waits until the tasks are gone, and with them the listener and the connections.
        serving.shutdown().await;
        let _ = order.done.send(serve(&port, order.mode, &mut serving));
    }
}

fn serve(port: &HeldPort, mode: Mode, serving: &mut JoinSet<()>) -> io::Result<()> {
    if mode != Mode::Refuse {
        let listener = TcpListener::from_std(port.listen()?)?;
        serving.spawn(accept(Listener(listener), mode));
    }
    Ok(())
}

/// Ends the listening when dropped, where closing alone may not: a process that another thread is
/// just starting holds a copy of the socket until it runs its own program, and connections that
/// the copy takes meanwhile are reset.
struct Listener(TcpListener);

impl Drop for Listener {
    fn drop(&mut self) {
        // What cannot be shut down is closed all the same.
        let _ = SockRef::from(&self.0).shutdown(Shutdown::Both);
    }
}

async fn accept(listener: Listener, mode: Mode) {
    let mut connections = JoinSet::new();
    let silent = Arc::new(tokio::sync::Notify::new());
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((mut client, _)) = listener.0.accept().await else {
            return;
        };
        let silent = Arc::clone(&silent);
        connections.spawn(async move {
            match mode {
                Mode::Forward(peer) => {
                    if let Ok(mut server) = TcpStream::connect(peer).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                }
                Mode::Refuse | Mode::Hang => silent.notified().await,
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{TcpListener, TcpStream},
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn refuses_forwards_hangs_and_ends_old_connections_at_each_change() {
        let echo = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = echo.local_addr().unwrap();
        thread::spawn(move || {
            for stream in echo.incoming() {
                let (mut from, mut to) = (stream.as_ref().unwrap(), stream.as_ref().unwrap());
                let _ = io::copy(&mut from, &mut to);
            }
        });
        let forwarder = Forwarder::start().unwrap();
        let connect = || TcpStream::connect(forwarder.address());
        assert_eq!(
            connect().unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );

        forwarder.set(Mode::Forward(peer)).unwrap();
        let mut open = connect().unwrap();
        open.write_all(b"hello").unwrap();
        let mut answer = [0; 5];
        open.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hello");

        forwarder.set(Mode::Hang).unwrap();
        assert!(
            !matches!(open.read(&mut answer), Ok(1..)),
            "the old connection has ended"
        );
        let mut silent = connect().unwrap();
        silent.write_all(b"hello").unwrap();
        silent
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        assert_eq!(
            silent.read(&mut answer).unwrap_err().kind(),
            io::ErrorKind::WouldBlock
        );

        forwarder.set(Mode::Refuse).unwrap();
        assert_eq!(
            connect().unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
    }
}
