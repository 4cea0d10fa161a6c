//! What a story is written with. Everything blocks, binds to loopback, and is taken down on drop.
//!
//! ```no_run
//! use e2e::support::pki::Ca;
//! use e2e::support::programs::Program;
//! use e2e::support::sandbox::Sandbox;
//! use e2e::support::sts::{STS_HOST, Sts};
//! use e2e::support::webhook::{Webhook, WebhookConfig};
//!
//! let sandbox = Sandbox::new("a-story");
//! let ca = Ca::new("story CA");
//! let sts = Sts::start(&ca, sandbox.secrets());
//! let keys = sts.add_user("alice");
//! let token = sandbox
//!     .command(Program::TokenExec)
//!     .args(["--region", "us-west-2", "--cluster-name", "demo", "--output", "token"])
//!     .keys(&keys)
//!     .bearer();
//! let config = WebhookConfig::new(&sandbox, "demo", &sts, &ca)
//!     .map_user("arn:aws:iam::111122223333:user/alice", "alice", &["readers"]);
//! let webhook = Webhook::start(&sandbox, &config.to_yaml());
//! assert_eq!(Some("alice"), webhook.authenticate(&token).username());
//! assert_eq!(1, sts.requests_to(STS_HOST));
//! ```
//!
//! A fault of the environment (a port that cannot be bound, a program that does not build) panics
//! with what to do about it: in a test that is the failure, in the demo the message.

pub mod authenticator;
pub mod chromium;
pub mod clock;
pub mod cluster;
pub mod command;
pub mod container;
pub mod control_plane;
pub mod ec2;
pub mod eks;
pub mod go_module;
pub mod http;
pub mod iam;
pub mod imds;
pub mod keys;
pub mod kubectl;
pub mod line;
pub mod login;
pub mod peers;
pub mod pki;
pub mod pod;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod python;
pub mod sandbox;
pub mod scan;
pub mod serve;
pub mod sigv4;
pub mod skip;
pub mod sources;
pub mod sso;
pub mod standin;
pub mod sts;
pub mod token;
pub mod webhook;
pub mod wire;

/// Ends the story with what went wrong.
#[expect(
    clippy::panic,
    reason = "in a test this is the failure, in the demo the message"
)]
pub(crate) fn fail(message: &str) -> ! {
    panic!("{message}")
}
