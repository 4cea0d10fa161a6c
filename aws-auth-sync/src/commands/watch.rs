//! `watch`.

use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::time::SystemTime;

use iam_cli::NOTICE;
use tokio::net::TcpListener;

use super::manner;
use crate::cli::WatchArgs;
use crate::error::Error;
use crate::origin::Origins;
use crate::watch::{self, Candidate, Setup, Stop};

/// Keeps aws-auth as the sources want it until it is asked to stop, or with `--once` brings it
/// there and tells what was done.
pub(crate) fn watch(arguments: WatchArgs, clock: fn() -> SystemTime) -> Result<String, Error> {
    let WatchArgs {
        files,
        from_configmap,
        from_identity_mappings,
        once,
        lease,
        identity,
        listen,
        change,
        write,
        cluster,
    } = arguments;
    if !once && files.iter().any(|file| file.as_os_str() == "-") {
        return Err(Error::WatchStdin);
    }
    crate::runtime()?.block_on(async {
        let cluster = super::connect(&cluster).await?;
        let setup = Setup {
            cluster: &cluster,
            origins: Origins {
                files: &files,
                config_maps: &from_configmap,
                identity_mappings: from_identity_mappings,
            },
            change: &change,
            manner: manner(write),
            identity: &identity,
            clock,
        };
        if once {
            return Ok(watch::once(&setup).await?.to_string());
        }
        let mut stop = Stop::listen().map_err(Error::Signals)?;
        let listener = match listen {
            Some(address) => Some(bound(address).await?),
            None => None,
        };
        let mut candidate = Candidate::new(&cluster, &lease, unique(&identity), clock);
        watch::watch(setup, &mut candidate, listener.as_ref(), &mut stop).await;
        Ok(String::new())
    })
}

/// Takes the address, and tells which port that is.
async fn bound(address: SocketAddr) -> Result<TcpListener, Error> {
    let failed = |source| Error::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    tracing::info!(target: NOTICE, "probes and metrics are at http://{bound}");
    Ok(listener)
}

/// Two processes of one name must not take the lease for theirs at the same time.
fn unique(identity: &str) -> String {
    format!("{identity}_{:016x}", RandomState::new().hash_one(()))
}
