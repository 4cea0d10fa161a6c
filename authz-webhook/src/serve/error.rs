//! Why serving does not begin, or ends before its time.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::assembly::AssemblyError;
use crate::certificate_reload::LoadError;
use crate::certificate_setup::SetupError;
use crate::mappings::SourcesError;

/// Why serving did not begin, or ended otherwise than by a signal.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The runtime, its signals, or the audit's thread.
    #[error("cannot start {what}")]
    Start {
        /// What.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// An address that cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Certificates.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Certificates that are there and cannot be used.
    #[error(transparent)]
    Certificates(#[from] LoadError),
    /// The sources.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// The authenticator.
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
    /// stdout took no address.
    #[error("cannot print the addresses")]
    Print(#[source] io::Error),
    /// A listener ended by itself.
    #[error("the {0} listener ended by itself")]
    Ended(&'static str),
}

impl ServeError {
    /// The one thing to try.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Bind { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                Some("end what listens there, or choose another port (0: any free one)".to_owned())
            }
            Self::Start { what, .. } if what.contains("LISTEN_FDS") => Some(
                "the .socket unit's ListenStream must name TCP addresses, the webhook's and then \
                 the administration's, and no more; Accept stays at no"
                    .to_owned(),
            ),
            Self::Setup(error) => error.hint(),
            Self::Certificates(LoadError::File(error)) => error.hint(),
            Self::Bind { .. }
            | Self::Start { .. }
            | Self::Certificates(_)
            | Self::Sources(_)
            | Self::Assembly(_)
            | Self::Print(_)
            | Self::Ended(_) => None,
        }
    }
}
