//! The pure vocabulary of IAM access to Kubernetes: what the programs of this suite share.
//!
//! No sockets, files, clock, environment, async runtime, argument parsing or logging: the current
//! time is an argument wherever it matters. Every type holds valid values only; `Display` is the
//! inverse of `FromStr`; secrets are redacted in `Debug` and wiped when dropped.

pub mod access_entry;
pub mod account;
pub mod arn;
pub mod aws_auth;
pub mod cluster;
pub mod credentials;
pub mod error_chain;
pub mod excerpt;
pub mod exec_api;
pub mod inspect;
pub mod partition;
pub mod presigned;
pub mod principal;
pub mod region;
mod split;
pub mod sts_host;
pub mod time;
pub mod token;
pub mod xml;
pub mod yaml;
