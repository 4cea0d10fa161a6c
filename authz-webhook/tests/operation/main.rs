//! The webhook in operation: as a process of its own, over real sockets on loopback.

#![cfg(test)]
#![cfg(unix)]

mod certificates;
mod deadlines;
mod routes;
#[cfg(target_os = "linux")]
mod service_manager;
mod shutdown;
mod support;
