//! Accepting connections: bounded in all and per source, and patient when the system is not.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::connection::{Connections, Responder};
use crate::limits::Limits;
use crate::metrics::{ConnectionEnd, Metrics};
use crate::shutdown::{Phase, Phases};

/// A bound socket and what its connections are to meet.
#[derive(Debug)]
pub struct Listener<R> {
    socket: TcpListener,
    connections: Arc<Connections<R>>,
    slots: Arc<Slots>,
    /// `None`: nobody counts.
    metrics: Option<Arc<Metrics>>,
    phases: Phases,
}

impl<R: Responder> Listener<R> {
    /// Takes a bound socket into service.
    pub fn new(
        socket: TcpListener,
        connections: Connections<R>,
        limits: &Limits,
        metrics: Option<Arc<Metrics>>,
        phases: Phases,
    ) -> Self {
        let slots = Arc::new(Slots::new(limits));
        Self {
            socket,
            connections: Arc::new(connections),
            slots,
            metrics,
            phases,
        }
    }

    /// Accepts until the end begins, then waits for the connections to end. Dropping the future
    /// cuts them.
    pub async fn run(mut self) {
        let mut open = JoinSet::new();
        let mut patience = Patience::default();
        loop {
            tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, peer)) => {
                        patience = Patience::default();
                        self.admit(stream, peer, &mut open);
                    }
                    Err(error) => patience.bear(&error).await,
                },
                Some(_) = open.join_next() => {}
                () = self.phases.reached(Phase::Draining) => break,
            }
        }
        while let Some((stream, peer)) = self.already_connected().await {
            self.admit(stream, peer, &mut open);
        }
        drop(self.socket);
        while open.join_next().await.is_some() {}
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, open: &mut JoinSet<()>) {
        let Some(slot) = self.slots.take(peer.ip()) else {
            if let Some(metrics) = &self.metrics {
                metrics.connection_not_taken(ConnectionEnd::Refused);
            }
            return;
        };
        let connections = Arc::clone(&self.connections);
        let metrics = self.metrics.clone();
        open.spawn(async move {
            if let Some(metrics) = &metrics {
                metrics.connection_opened();
            }
            let end = connections.serve(stream).await;
            if let Some(metrics) = &metrics {
                metrics.connection_ended(end);
            }
            drop(slot);
        });
    }

    /// A connection that the system has accepted already; its client may have sent a request.
    async fn already_connected(&self) -> Option<(TcpStream, SocketAddr)> {
        std::future::poll_fn(|cx| match self.socket.poll_accept(cx) {
            Poll::Ready(accepted) => Poll::Ready(accepted.ok()),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }
}

/// The connections that may be open.
#[derive(Debug)]
struct Slots {
    in_all: usize,
    per_source: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    by_source: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Slot {
    slots: Arc<Slots>,
    source: IpAddr,
}

impl Slots {
    fn new(limits: &Limits) -> Self {
        let taken = Mutex::default();
        Self {
            in_all: limits.connections,
            per_source: limits.connections_per_source,
            taken,
        }
    }

    fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Slot> {
        let source = source(peer);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_source = taken.by_source.get(&source).copied().unwrap_or(0);
        if taken.in_all >= self.in_all || of_source >= self.per_source {
            return None;
        }
        taken.in_all += 1;
        taken.by_source.insert(source, of_source + 1);
        Some(Slot {
            slots: Arc::clone(self),
            source,
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self
            .slots
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        match taken.by_source.get_mut(&self.source) {
            Some(of_source) if *of_source > 1 => *of_source -= 1,
            Some(_) | None => {
                taken.by_source.remove(&self.source);
            }
        }
    }
}

/// An IPv4 address; of an IPv6 address the network of 64 bits that one client disposes of.
fn source(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        IpAddr::V4(address) => address.into(),
    }
}

/// Waiting longer and longer while the system has no descriptor or memory for a connection.
#[derive(Debug, Default)]
struct Patience {
    refusals: u32,
}

impl Patience {
    async fn bear(&mut self, error: &io::Error) {
        // The client gave up before it was accepted: the next one may be there already.
        if matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
        ) {
            return;
        }
        if self.refusals == 0 {
            tracing::warn!("cannot accept connections at the moment: {error}");
        }
        tokio::time::sleep(self.pause()).await;
        self.refusals = self.refusals.saturating_add(1);
    }

    fn pause(&self) -> Duration {
        Duration::from_millis(10 << self.refusals.min(7)).min(Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(in_all: usize, per_source: usize) -> Arc<Slots> {
        let mut limits = Limits::with_connections(in_all);
        limits.connections_per_source = per_source;
        Arc::new(Slots::new(&limits))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn bounds_connections_in_all() {
        let slots = slots(2, 2);
        let first = slots.take(ip("10.0.0.1"));
        let second = slots.take(ip("10.0.0.2"));
        assert!(first.is_some() && second.is_some());
        assert!(slots.take(ip("10.0.0.3")).is_none());
        drop(first);
        assert!(slots.take(ip("10.0.0.3")).is_some());
    }

    #[test]
    fn bounds_connections_of_one_source() {
        let slots = slots(10, 1);
        let v4 = slots.take(ip("10.0.0.1"));
        let v6 = slots.take(ip("2001:db8::1"));
        assert!(v4.is_some() && v6.is_some());
        assert!(slots.take(ip("::ffff:10.0.0.1")).is_none());
        assert!(slots.take(ip("2001:db8::2")).is_none());
        assert!(slots.take(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn remembers_no_source_without_a_connection() {
        let slots = slots(10, 10);
        let taken: Vec<_> = (0..3).map(|_| slots.take(ip("10.0.0.1"))).collect();
        assert_eq!(slots.taken.lock().unwrap().by_source.len(), 1);
        drop(taken);
        assert_eq!(slots.taken.lock().unwrap().by_source.len(), 0);
        assert_eq!(slots.taken.lock().unwrap().in_all, 0);
    }

    #[test]
    fn waits_longer_and_longer_but_at_most_a_second() {
        let pauses: Vec<_> = [0, 1, 6, 7, 100]
            .map(|refusals| Patience { refusals }.pause().as_millis())
            .into();
        assert_eq!(pauses, [10, 20, 640, 1000, 1000]);
    }
}
