//! Where the listeners are, for the log and for scripts.

use std::io::{self, Write as _};
use std::net::SocketAddr;

use iam_cli::NOTICE;
use tokio::net::TcpListener;

use super::{PrintAddress, ServeError};

/// The addresses that were bound.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Addresses {
    #[serde(rename = "address")]
    pub(super) webhook: SocketAddr,
    #[serde(rename = "adminAddress")]
    pub(super) admin: SocketAddr,
}

impl Addresses {
    pub(super) fn of(webhook: &TcpListener, admin: &TcpListener) -> Result<Self, ServeError> {
        let bound = |socket: &TcpListener| {
            socket.local_addr().map_err(|source| ServeError::Start {
                what: "listening",
                source,
            })
        };
        Ok(Self {
            webhook: bound(webhook)?,
            admin: bound(admin)?,
        })
    }

    pub(super) fn tell(&self, print: PrintAddress) -> Result<(), ServeError> {
        let Self { webhook, admin } = self;
        tracing::info!(target: NOTICE, "serving on {webhook}, probes and metrics on {admin}");
        match print {
            PrintAddress::No => Ok(()),
            PrintAddress::Yes => {
                let line = serde_json::json!(self);
                writeln!(io::stdout(), "{line}").map_err(ServeError::Print)
            }
        }
    }
}
