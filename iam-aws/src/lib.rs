//! AWS settings and credentials as the AWS CLI finds them.
//!
//! The environment is read once at a program's edge; the shared files, the profile, the region and
//! the STS host follow from it. What needs no network starts no runtime, no thread and no TLS.

pub mod api_server;
pub mod chosen_profile;
pub mod credentials;
mod document;
pub mod eks;
pub mod endpoint;
pub mod environment;
pub mod fetch;
mod file;
pub mod http;
pub mod iam;
pub mod mfa;
mod patience;
pub mod place;
pub mod quiet;
pub mod region;
pub mod service;
pub mod session;
pub mod settings;
pub mod shared_config;
mod signature;
pub mod source;
#[cfg(test)]
mod test_peer;
