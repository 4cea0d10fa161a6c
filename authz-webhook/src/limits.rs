//! How much of its time and memory the webhook gives to a client.

use std::time::Duration;

/// Deadlines and bounds of one listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the head of a request, from its first byte; on a new connection from its acceptance.
    pub head: Duration,
    /// For the body of a request, from its head.
    pub body: Duration,
    /// For the client to take anything at all of an answer.
    pub write: Duration,
    /// Without a request.
    pub idle: Duration,
    /// Of a request's body.
    pub body_bytes: usize,
    /// Open connections in all.
    pub connections: usize,
    /// Open connections from one address (IPv6: from one /64).
    pub connections_per_source: usize,
}

impl Limits {
    /// The documented limits, for at most this many connections.
    pub const fn with_connections(connections: usize) -> Self {
        Self {
            handshake: Duration::from_secs(5),
            head: Duration::from_secs(10),
            body: Duration::from_secs(5),
            write: Duration::from_secs(10),
            idle: Duration::from_secs(120),
            body_bytes: 64 * 1024,
            connections,
            connections_per_source: if connections < PER_SOURCE {
                connections
            } else {
                PER_SOURCE
            },
        }
    }
}

/// One kube-apiserver speaking HTTP/1.1 opens a connection for every token it is asked about at
/// the same time.
const PER_SOURCE: usize = 1024;
