//! Ports for servers that are started by a command line.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    process,
    time::Instant,
};

use super::Failure;

/// A free port of 127.0.0.1 below the ephemeral range, from which outgoing connections and other
/// programs' port 0 are served: nobody gets it by accident before the server that is meant for it.
pub(super) fn free(since: Instant, index: u16) -> Result<u16, Failure> {
    // Demos that run side by side begin at different places.
    let seed = u64::from(process::id()) * 977 + u64::from(since.elapsed().subsec_nanos());
    let start = u16::try_from(seed % u64::from(SPAN)).unwrap_or_default();
    (0..SPAN)
        .map(|step| FIRST + (start + step * 2 + index) % SPAN)
        .find(|port| is_free(*port).unwrap_or(false))
        .ok_or_else(|| Failure::new("no free TCP port between 22000 and 31999"))
}

fn is_free(port: u16) -> io::Result<bool> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(false),
        Err(error) => Err(error),
    }
}

const FIRST: u16 = 22_000;
const SPAN: u16 = 10_000;
