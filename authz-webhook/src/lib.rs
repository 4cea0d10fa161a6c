//! The webhook that kube-apiserver asks who a bearer token of AWS belongs to.
//!
//! `serve` answers TokenReviews over TLS, `init` writes the certificate and the kube-apiserver's
//! kubeconfig, `check` reads everything `serve` would and reports every fault.
//!
//! # Contract
//! - stdout carries data only: `--print-address` prints one line of JSON.
//! - stderr carries notices, warnings, errors, and one line of JSON per decision.
//! - Exit codes: 0 done (also after SIGTERM or SIGINT), 1 a fault, 2 usage.

pub mod authenticate;
pub mod config;
pub mod mappings;
pub mod metrics;
pub mod refusal;
