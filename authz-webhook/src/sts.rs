//! The client of AWS STS: one question, `GetCallerIdentity`, asked with a request that the
//! caller signed.
//!
//! Nothing of the caller's goes out but the nine parameters that were parsed and rebuilt. The
//! host is one of a closed list; the cluster id is our own, or one that the configuration names
//! beside it, so that STS refuses a request that was signed for another cluster.

mod answer;
mod circuit;
mod client;
mod clusters;
mod connector;
mod failure;
mod gate;
mod roots;
mod silence;

pub use answer::{Answer, Format, error_code};
pub use client::{StsClient, StsSettings, StsSetupError, Vouched};
pub use connector::Resolve;
pub use failure::{Failure, Senseless};
pub use roots::{RootsError, roots};

#[cfg(test)]
mod tests;
