//! `clean`: what token-exec keeps on disk, removed.

use std::time::SystemTime;

use iam_cli::NOTICE;
use iam_core::error_chain::ErrorChain;

use crate::cache::{CacheDir, Cleaned};
use crate::environment::Environment;
use crate::error::Error;
use crate::options::CleanOptions;

/// Removes every file of the cache that nobody is using; what else is there is named and stays.
/// There is nothing to print.
///
/// # Errors
/// When there is no directory to look in, or it cannot be read.
pub fn clean(
    options: &CleanOptions,
    environment: &Environment,
    now: SystemTime,
) -> Result<String, Error> {
    let variables = environment.cache_variables();
    let cache = CacheDir::locate(options.directory.as_deref(), &variables)
        .ok_or(Error::NoCacheDirectory)?;
    let Cleaned { removed, left } = cache.clean(now)?;
    for left in &left {
        let path = left.path.display();
        tracing::warn!("{path} stays: {}", ErrorChain(&left.reason));
    }
    let files = if removed == 1 { "file" } else { "files" };
    tracing::info!(target: NOTICE, "removed {removed} {files} from {}", cache.path().display());
    Ok(String::new())
}
