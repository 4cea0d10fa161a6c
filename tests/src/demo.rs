//! The main job on an embedded default, for someone without an AWS account: what `cargo demo`
//! shows.
//!
//! Every command shown is the command that runs: a shell in the demo's directory gets the very
//! text. What cannot be shown that way (a local STS is started, etcd and kube-apiserver are
//! waited for) says so.

mod cast;
mod cluster;
mod failure;
mod local;
mod ports;
mod screen;
mod stage;
mod webhook;

use std::path::PathBuf;

use clap::Parser;

pub use self::{
    failure::Failure,
    screen::{Screen, Style},
    stage::Stage,
};
use crate::support::{control_plane::ControlPlane, sts::Sts};

/// Shows the main job, step by step, on real parts: kubectl, token-exec, kube-apiserver,
/// authz-webhook, a local STS
///
/// Needs no AWS account and touches nothing outside one temporary directory, except that the
/// control plane (kube-apiserver, etcd, kubectl) is built from Go modules the first time and kept
/// under target/control-plane.
#[derive(Clone, Copy, Debug, Parser)]
#[command(name = "cargo demo --", version)]
pub struct Args {
    /// Leave everything running at the end, to play with, until Ctrl-C
    #[arg(long)]
    keep: bool,

    /// Without a control plane (no Go needed): token, TokenReview, mapped identity
    #[arg(long)]
    no_cluster: bool,
}

/// What still runs when the play is over; it ends when this is dropped.
pub struct Playground {
    // Dropped in this order: who asks ends before who is asked.
    _webhook: stage::Server,
    control_plane: Option<ControlPlane>,
    _sts: Sts,
    directory: PathBuf,
}

impl Args {
    /// Whether everything stays until the user has had enough.
    #[must_use]
    pub const fn keep(self) -> bool {
        self.keep
    }
}

/// Plays the whole demo on `stage`.
///
/// # Errors
/// The first step that does not do what it should.
///
/// # Panics
/// When the machine lacks something that every step needs: a port of loopback, a thread.
pub fn play(args: Args, stage: &Stage) -> Result<Playground, Failure> {
    if args.no_cluster {
        local::play(stage)
    } else {
        cluster::play(stage)
    }
}

impl Playground {
    /// Says how to play with what runs.
    pub fn invite(&self, screen: &Screen) {
        let directory = self.directory.display();
        let (exports, line) = if self.control_plane.is_some() {
            let exports = format!("export KUBECONFIG={directory}/kubeconfig");
            (exports, "AWS_PROFILE=alice kubectl get configmaps -A")
        } else {
            let line = "AWS_PROFILE=alice token-exec --cluster-name demo --output token";
            (String::new(), line)
        };
        screen.headline("Everything keeps running. In another terminal:");
        screen.output(&format!(
            "{exports}\n. {directory}/env    # AWS_* and PATH\n{line}"
        ));
        screen.note("Ctrl-C takes everything down.");
    }
}
